/** The process that answers scrapes for every simulated pod; `npm run local` and the tests start it. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Cluster } from "../client.js";
import { LOOPBACK } from "../ports.js";
import { simulatorServer } from "./server.js";

const { values } = parseArgs({
  options: { kubeconfig: { type: "string" }, port: { type: "string" }, "token-file": { type: "string" } },
});
const server = simulatorServer(new Cluster(values.kubeconfig!), readFileSync(values["token-file"]!, "utf8"));
server.listen(Number(values.port), LOOPBACK);
