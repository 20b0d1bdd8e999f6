import assert from "node:assert/strict";

import { clusterCost, unpricedTypes } from "../../components/cluster/cost.js";
import type { Config } from "../serving/fixtures.js";
import { builtCluster } from "./fixtures.js";

/** Of a system node's root volume, an hour: GiB at $0.08, 1,000 operations at $0.005, 475 MiB/s at $0.04, by the 730 hours of a month. */
const DISK_50 = (50 * 0.08 + 5 + 19) / 730;
/** Of GPU nodes with NVMe disks, gp3's own speed. */
const DISK_100 = (100 * 0.08) / 730;
const DISK_500 = (500 * 0.08) / 730;

/** Items by name, each as `[count, least, most]`, to a millionth of a dollar. */
function items(changes: Config = {}): Record<string, [string, number, number]> {
  const round = (value: number): number => Math.round(value * 1e6) / 1e6;
  return Object.fromEntries(
    clusterCost(builtCluster(changes)).map(({ item, count, minUsd, maxUsd }) => [
      item,
      [count, round(minUsd), round(maxUsd)],
    ]),
  );
}

/** The same, of prices written out. */
function expected(lines: Record<string, [string, number, number]>): Record<string, [string, number, number]> {
  const round = (value: number): number => Math.round(value * 1e6) / 1e6;
  return Object.fromEntries(Object.entries(lines).map(([item, [count, a, b]]) => [item, [count, round(a), round(b)]]));
}

const BASE = expected({
  "control plane": ["1", 0.1, 0.1],
  // Each $0.045, and $0.005 for its address.
  "NAT gateways": ["3", 0.15, 0.15],
  "nodes system": ["3–5", 3 * (0.1008 + DISK_50), 5 * (0.1008 + DISK_50)],
  "nodes inference-l4": ["0–4", 0, 4 * (0.9776 + DISK_100)],
  "nodes batch-l4": ["0–6", 0, 6 * (1.3232 + DISK_100)],
});

describe("clusterCost", () => {
  it("has an item for the control plane, the ways out, and each group of nodes with its disks", () => {
    assert.deepEqual(items(), BASE);
    assert.deepEqual(Object.keys(items()), Object.keys(BASE), "in the order of the config");
  });

  it("comes to what a calculator says", () => {
    // 28 / 730 = 0.038356 and 8 / 730 = 0.010959.
    assert.deepEqual(
      clusterCost(builtCluster()).map(({ minUsd, maxUsd }) => [minUsd.toFixed(4), maxUsd.toFixed(4)]),
      [
        ["0.1000", "0.1000"],
        ["0.1500", "0.1500"],
        ["0.4175", "0.6958"],
        ["0.0000", "3.9542"],
        ["0.0000", "8.0050"],
      ],
    );
  });

  it("counts one NAT gateway and its address where there is one", () => {
    const { "NAT gateways": single, ...others } = items({ network: { natGateways: "single" } });
    const { "NAT gateways": perZone, ...rest } = BASE;
    assert.deepEqual(
      [perZone, single],
      [
        ["3", 0.15, 0.15],
        ["1", 0.05, 0.05],
      ],
    );
    assert.deepEqual(others, rest);
  });

  it("counts a NAT gateway and each interface endpoint in every zone", () => {
    const interfaceEndpoints = ["ecr.api", "sts"];
    assert.deepEqual(items({ network: { interfaceEndpoints } }), {
      ...BASE,
      "interface endpoints": ["6", 0.06, 0.06],
    });
    const two = items({ network: { interfaceEndpoints, zones: 2 } });
    assert.deepEqual(two["NAT gateways"], ["2", 0.1, 0.1]);
    assert.deepEqual(two["interface endpoints"], ["4", 0.04, 0.04]);
  });

  it("leaves the gateways of an existing VPC to its owner, and counts zones that came later", () => {
    const existing = { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001", "subnet-00000002"] };
    const { "NAT gateways": _, ...others } = BASE;
    assert.deepEqual(items({ network: { existing } }), others);
    const more = items({ network: { zones: ["us-east-1a", "us-east-1b"], additionalZones: ["us-east-1d"] } });
    assert.deepEqual(more["NAT gateways"], ["3", 0.15, 0.15]);
  });

  it("takes the cheapest type for the least and the dearest for the most", () => {
    const { "nodes system": system, "nodes batch-l4": batch } = items({
      systemNodes: { instanceTypes: ["m7i.large", "m6i.large", "m7i.xlarge"] },
      gpuNodes: { "batch-l4": { instanceTypes: ["g6.4xlarge", "g6.2xlarge"], min: 1 } },
    });
    assert.deepEqual(
      { system, batch },
      expected({
        system: ["3–5", 3 * (0.096 + DISK_50), 5 * (0.2016 + DISK_50)],
        batch: ["1–6", 0.9776 + DISK_100, 6 * (1.3232 + DISK_100)],
      }),
    );
  });

  it("counts a group by its own minimum, maximum and disk", () => {
    const gpuNodes = { "inference-l4": { min: 3, max: 3, diskGiB: 500 }, "batch-l4": undefined };
    const { "nodes inference-l4": inference, ...others } = items({ systemNodes: { min: 5 }, gpuNodes });
    assert.deepEqual({ inference }, expected({ inference: ["3", 3 * (0.9776 + DISK_500), 3 * (0.9776 + DISK_500)] }));
    assert.equal(others["nodes system"]![0], "5");
    assert.ok(!("nodes batch-l4" in others));
  });

  it("says how nodes are paid for that are not on demand", () => {
    const reservation = { id: "cr-0123456789abcdef0", zone: "eu-central-1a" };
    const block = { purpose: "batch", gpu: "h200", instanceTypes: ["p5en.48xlarge"], max: 1 };
    const cluster = builtCluster({
      gpuNodes: {
        "inference-l4": { reservation },
        block: { ...block, reservation: { ...reservation, type: "capacity-block" } },
      },
    });
    const basis = Object.fromEntries(clusterCost(cluster).map(({ item, basis }) => [item, basis]));
    assert.deepEqual(basis["nodes system"], undefined);
    assert.equal(basis["nodes batch-l4"], "spot: at most this, by AWS down to 10 % of it");
    assert.equal(
      basis["nodes inference-l4"],
      "charged while reserved, used or not; with a one-year commitment about 62.9–65.1 % of it",
    );
    assert.equal(basis["nodes block"], "Capacity Block, January 2026; charged when bought, used or not");
    const item = clusterCost(cluster).find(({ item }) => item === "nodes block")!;
    assert.equal(Math.round(item.maxUsd * 100) / 100, Math.round((41.61 + DISK_100) * 100) / 100);
  });

  it("has no price for a block whose price nobody could read, and says so", () => {
    const reservation = { id: "cr-0123456789abcdef0", type: "capacity-block", zone: "eu-central-1a" };
    const block = { purpose: "batch", gpu: "h100", instanceTypes: ["p5.48xlarge"], max: 2, reservation };
    const cluster = builtCluster({ gpuNodes: { block } });
    assert.ok(!clusterCost(cluster).some(({ item }) => item === "nodes block"));
    assert.deepEqual(unpricedTypes(cluster), ["p5.48xlarge in a Capacity Block"]);
  });

  it("counts GPU groups of every size by the price of the machine", () => {
    const block = { purpose: "batch", gpu: "h100", instanceTypes: ["p5.48xlarge"], max: 2 };
    assert.deepEqual(
      { block: items({ gpuNodes: { block } })["nodes block"]! },
      expected({ block: ["0–2", 0, 2 * (55.04 + DISK_100)] }),
    );
  });

  it("leaves out groups without a known price", () => {
    const { "nodes system": _system, ...others } = BASE;
    assert.deepEqual(items({ systemNodes: { instanceTypes: ["m8i.large"] } }), others);
  });
});

describe("unpricedTypes", () => {
  const of = (...instanceTypes: string[]) => unpricedTypes(builtCluster({ systemNodes: { instanceTypes } }));

  it("names the system's types that have no price, and only those", () => {
    assert.deepEqual(unpricedTypes(builtCluster()), []);
    assert.deepEqual(of("m7i.large", "m6i.2xlarge", "t3.xlarge"), []);
    assert.deepEqual(of("m8i.large"), ["m8i.large"]);
    assert.deepEqual(of("m7i.large", "m8i.large", "c7i.large"), ["m8i.large", "c7i.large"]);
  });

  it("names types with GPUs that are sold in Capacity Blocks only, outside one", () => {
    const group = { purpose: "batch", gpu: "h200", instanceTypes: ["p5e.48xlarge"], max: 1 };
    assert.deepEqual(unpricedTypes(builtCluster({ gpuNodes: { group } })), ["p5e.48xlarge"]);
    const reservation = { id: "cr-0123456789abcdef0", type: "capacity-block", zone: "eu-central-1a" };
    assert.deepEqual(unpricedTypes(builtCluster({ gpuNodes: { group: { ...group, reservation } } })), []);
  });

  it("leaves the price of the others in place", () => {
    const systemNodes = { instanceTypes: ["m8i.large", "m7i.large"] };
    assert.deepEqual(items({ systemNodes }), BASE);
  });
});
