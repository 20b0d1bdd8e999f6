import assert from "node:assert/strict";

import { TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";

import { parse } from "../../components/config/parse.js";
import { authenticationSchema } from "../../components/contract/prometheus.js";
import { authenticationMetadata, triggerAuthenticationSpec } from "../../components/serving/triggerAuthentication.js";

const secret = { existingSecret: "p" };
const certificates = { certificate: secret, privateKey: secret };

/** Modes and parameters by what the config states. */
const CASES: Array<[stated: object, modes: object, parameters: string[]]> = [
  [{ bearer: secret }, { authModes: "bearer" }, ["bearerToken"]],
  [{ bearer: secret, tls: { ca: secret } }, { authModes: "bearer" }, ["bearerToken", "ca"]],
  [{ basic: { username: secret, password: secret } }, { authModes: "basic" }, ["username", "password"]],
  [{ tls: certificates }, { authModes: "tls" }, ["cert", "key"]],
  [
    { bearer: secret, tls: { ca: secret, ...certificates } },
    { authModes: "tls,bearer" },
    ["bearerToken", "ca", "cert", "key"],
  ],
];

describe("triggerAuthenticationSpec", () => {
  for (const [stated, modes, parameters] of CASES) {
    it(`hands KEDA ${parameters.join(", ")} from Secrets, with the mode that reads them`, () => {
      const authentication = authenticationSchema.parse(stated);
      assert.deepEqual(authenticationMetadata(authentication), modes);
      const spec = triggerAuthenticationSpec(authentication);
      assert.deepEqual(
        spec.secretTargetRef!.map(({ parameter }) => parameter),
        parameters,
      );
      const object = new TriggerAuthentication({ metadata: { name: "prometheus" }, spec });
      assert.deepEqual(object.validate(), undefined);
    });
  }

  it("signs with the AWS identity of KEDA's operator", () => {
    const authentication = authenticationSchema.parse({ aws: { region: "eu-central-1" } });
    assert.deepEqual(authenticationMetadata(authentication), { awsRegion: "eu-central-1" });
    assert.deepEqual(triggerAuthenticationSpec(authentication), { podIdentity: { provider: "aws" } });
  });

  it("takes no combination that KEDA ignores or refuses", () => {
    const basic = { username: secret, password: secret };
    for (const stated of [
      {},
      { tls: { ca: secret } },
      { bearer: secret, basic },
      { aws: { region: "us-east-1" }, bearer: secret },
      { tls: { certificate: secret } },
    ]) {
      assert.notEqual(parse(authenticationSchema, stated, "p").problems.length, 0, JSON.stringify(stated));
    }
  });
});
