import assert from "node:assert/strict";

import { serviceSpec } from "../../components/serving/service.js";
import { SELECTOR } from "./fixtures.js";

describe("serviceSpec", () => {
  it("leads to the pods' named port, inside the cluster only", () => {
    assert.deepEqual(serviceSpec(SELECTOR), {
      type: "ClusterIP",
      selector: SELECTOR,
      ports: [{ name: "http", port: 8000, targetPort: "http", protocol: "TCP", appProtocol: "http" }],
    });
  });
});
