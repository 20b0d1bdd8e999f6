import assert from "node:assert/strict";
import { snappy, writeRequest } from "../../../tools/dashboards/remoteWrite.js";

describe("remote write", () => {
  it("writes a series in protobuf, labels in their order, empty ones left out", () => {
    const request = writeRequest([{ labels: { b: "2", __name__: "up", c: "" }, samples: [[300, 1]] }]);
    assert.equal(
      request.toString("hex"),
      [
        // timeseries, 38 bytes
        "0a26",
        // label __name__="up", label b="2"
        "0a0e" + "0a08" + "5f5f6e616d655f5f" + "1202" + "7570",
        "0a06" + "0a01" + "62" + "1201" + "32",
        // sample 1.0 at 300 ms
        "120c" + "09" + "000000000000f03f" + "10" + "ac02",
      ].join(""),
    );
  });

  it("frames content as literals of Snappy, each of 65,536 bytes at most", () => {
    const framed = Buffer.from(snappy(Buffer.alloc(65_537, 7)));
    assert.deepEqual(
      [
        framed.subarray(0, 6).toString("hex"),
        framed.subarray(6 + 65_536).toString("hex"),
        framed.subarray(6, 6 + 65_536).every((byte) => byte === 7),
      ],
      // Length 65,537; a literal of ffff + 1 bytes; one of 0 + 1.
      ["818004f4ffff", "f4000007", true],
    );
  });
});
