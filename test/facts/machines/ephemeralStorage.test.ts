import assert from "node:assert/strict";

import { AWS_MACHINES } from "../../../components/facts/machines/aws.js";
import { ephemeralStorageGiB } from "../../../components/facts/machines/ephemeralStorage.js";

describe("ephemeralStorageGiB", () => {
  it("counts the NVMe disks of a machine, whatever its root volume has", () => {
    const machine = AWS_MACHINES.get("g6.2xlarge")!;
    // 450 GB are 419 GiB; less 2 for the log, a tenth for eviction and 1 for the kubelet.
    assert.equal(ephemeralStorageGiB(machine, 50), 374);
    assert.equal(ephemeralStorageGiB(machine, 500), 374);
  });

  it("counts the root volume where there is no NVMe", () => {
    assert.equal(ephemeralStorageGiB({ nvmeGB: 0 }, 100), 87);
  });

  it("leaves nothing of a volume that the reserves use up", () => {
    assert.equal(ephemeralStorageGiB({ nvmeGB: 0 }, 2), 0);
  });
});
