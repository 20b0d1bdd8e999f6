import assert from "node:assert/strict";
import { offeringAll } from "../../../components/cluster/network/zones.js";

describe("offeringAll", () => {
  it("names zones that offer every type, and no zone that lacks one", () => {
    const types = ["g6.2xlarge", "g6.4xlarge", "g6.2xlarge", "g6.4xlarge"];
    const locations = ["eu-central-1b", "eu-central-1b", "eu-central-1a", "eu-central-1c"];
    assert.deepEqual(offeringAll(["g6.2xlarge", "g6.4xlarge"], types, locations), ["eu-central-1b"]);
    assert.deepEqual(offeringAll(["g6.2xlarge"], types, locations), ["eu-central-1a", "eu-central-1b"]);
    assert.deepEqual(offeringAll(["p5.48xlarge"], types, locations), []);
  });
});
