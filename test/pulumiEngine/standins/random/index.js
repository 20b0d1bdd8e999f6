// A stand-in for Pulumi's `random` provider, for tests only: RandomPassword, kept in the state.
const { randomBytes } = require("node:crypto");
const { main } = require("@pulumi/pulumi/provider");

// Pulumi's wire format of a secret.
const secret = (value) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });

const provider = {
  version: "4.21.2",

  async check(urn, olds, news) {
    return { inputs: news };
  },

  async diff(id, urn, olds, news) {
    const replaces = ["length", "special"].filter((key) => olds[key] !== news[key]);
    return { changes: replaces.length > 0, replaces };
  },

  async create(urn, inputs) {
    const result = randomBytes(inputs.length).toString("hex").slice(0, inputs.length);
    return { id: "none", outs: { ...inputs, result: secret(result) } };
  },

  async read(id, urn, props) {
    return { id, props, inputs: props };
  },

  async delete() {},
};

main(provider, process.argv.slice(2));
