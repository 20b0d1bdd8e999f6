import assert from "node:assert/strict";

import { parse } from "../../components/config/parse.js";
import { formatProblem } from "../../components/config/problems.js";
import { accessSchema } from "../../components/contract/access.js";

const problems = (access: unknown): string[] => parse(accessSchema, access, "vllm:access").problems.map(formatProblem);
const rule = (peer: object) => ({ ports: [443], reason: "a mirror", ...peer });

describe("accessSchema", () => {
  it("takes ranges of both families, namespaces and everywhere", () => {
    const peers = [{ cidr: "10.0.0.0/8" }, { cidr: "2001:db8::/32" }, { namespace: "a" }, { everywhere: true }];
    assert.deepEqual(problems({ egress: peers.map(rule) }), []);
  });

  it("takes metadata's addresses only by their own range, so that none is opened by the way", () => {
    for (const cidr of ["169.254.170.23/32", "169.254.0.0/16", "fd00:ec2::23/128"]) {
      assert.deepEqual(problems({ egress: [rule({ cidr })] }), [], cidr);
    }
    for (const cidr of ["0.0.0.0/0", "128.0.0.0/1", "::/0", "fc00::/7"]) {
      assert.match(
        problems({ egress: [rule({ cidr })] }).join(),
        /^vllm:access\.egress\[0\]\.cidr: .* covers link-local/,
        cidr,
      );
    }
  });

  it("wants one peer a rule, its ports and its reason", () => {
    const either = "give one of everywhere, cidr and namespace";
    for (const peer of [{}, { cidr: "10.0.0.0/8", everywhere: true }]) {
      assert.match(problems({ egress: [rule(peer)] }).join(), new RegExp(`egress\\[0\\]: .*: ${either}$`));
    }
    assert.deepEqual(problems({ egress: [{ everywhere: true, ports: [] }] }), [
      "vllm:access.egress[0].ports: [] is empty: give at least 1",
      "vllm:access.egress[0].reason: is missing: give text",
    ]);
    assert.match(
      problems({ dns: [{ cidr: "10.0.0.0/8", podLabels: { a: "b" } }] }).join(),
      /podLabels choose pods of a namespace/,
    );
  });

  it("says what took the place of egressCidrs", () => {
    assert.deepEqual(problems({ egressCidrs: ["10.0.0.0/8"] }), [
      "vllm:access.egressCidrs: use egress, with an entry for each range, such as { cidr: 10.0.0.0/8, ports: [443], reason: … }",
    ]);
  });
});
