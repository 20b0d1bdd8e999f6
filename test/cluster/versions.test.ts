import assert from "node:assert/strict";

import { checkKubernetesVersion } from "../../components/cluster/versions.js";
import { lines } from "./fixtures.js";

const PATH = "vllm:cluster.kubernetesVersion";

/** What is said of a version on a day. */
const on = (day: string, version: string): string[] => lines(checkKubernetesVersion(version, PATH, new Date(day)));

describe("checkKubernetesVersion", () => {
  it("accepts a supported version", () => {
    for (const version of ["1.35", "1.36"]) assert.deepEqual(on("2026-11-21", version), [], version);
  });

  it("refuses a version that it does not know, with those that are supported that day", () => {
    const known = (versions: string) => `is not a version that this package knows of EKS: use ${versions}`;
    assert.deepEqual(on("2026-11-21", "1.99"), [`${PATH}: "1.99" ${known("1.34, 1.35 or 1.36")}`]);
    assert.deepEqual(on("2026-07-01", "1.31"), [`${PATH}: "1.31" ${known("1.33, 1.34, 1.35 or 1.36")}`]);
    assert.deepEqual(on("2026-12-02", "1.40"), [`${PATH}: "1.40" ${known("1.34, 1.35 or 1.36")}`]);
    assert.deepEqual(on("2027-01-01", "1.40"), [`${PATH}: "1.40" ${known("1.35 or 1.36")}`]);
  });

  it("refuses a version from the day after its support's end", () => {
    assert.deepEqual(on("2026-11-21", "1.33"), [
      `${PATH}: EKS ended the support of 1.33 on 2026-07-29: use 1.34, 1.35 or 1.36`,
    ]);
    assert.deepEqual(on("2026-12-03", "1.34"), [
      `${PATH}: EKS ended the support of 1.34 on 2026-12-02: use 1.35 or 1.36`,
    ]);
  });

  it("warns on the last day itself", () => {
    assert.deepEqual(on("2026-12-02", "1.34"), [
      `warning: ${PATH}: EKS ends the support of 1.34 on 2026-12-02, in 0 days: move to 1.35 or 1.36`,
    ]);
  });

  it("warns from sixty days before the end, and no sooner", () => {
    assert.deepEqual(on("2026-10-02", "1.34"), []);
    assert.deepEqual(on("2026-10-03", "1.34"), [
      `warning: ${PATH}: EKS ends the support of 1.34 on 2026-12-02, in 60 days: move to 1.35 or 1.36`,
    ]);
  });

  it("suggests no version that is about to end as well", () => {
    assert.deepEqual(on("2027-02-01", "1.35"), [
      `warning: ${PATH}: EKS ends the support of 1.35 on 2027-03-27, in 54 days: move to 1.36`,
    ]);
  });

  it("asks for a later release of its own once it knows no later version", () => {
    const later = "a later version, with a later release of this package that knows it";
    assert.deepEqual(on("2027-06-10", "1.36"), [
      `warning: ${PATH}: EKS ends the support of 1.36 on 2027-08-02, in 53 days: move to ${later}`,
    ]);
    assert.deepEqual(on("2027-08-03", "1.36"), [`${PATH}: EKS ended the support of 1.36 on 2027-08-02: use ${later}`]);
    assert.deepEqual(on("2027-08-03", "1.40"), [
      `${PATH}: "1.40" is not a version that this package knows of EKS: use ${later}`,
    ]);
  });

  it("counts whole days, whatever the hour", () => {
    for (const hour of ["00:00:00Z", "12:30:00Z", "23:59:59Z"]) {
      assert.deepEqual(on(`2026-10-02T${hour}`, "1.34"), [], hour);
      assert.equal(on(`2026-10-03T${hour}`, "1.34").length, 1, hour);
      assert.match(on(`2026-12-02T${hour}`, "1.34")[0]!, /^warning: .* in 0 days/, hour);
      assert.match(on(`2026-12-03T${hour}`, "1.34")[0]!, /EKS ended the support/, hour);
    }
  });
});
