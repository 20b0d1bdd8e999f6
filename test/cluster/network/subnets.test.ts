import assert from "node:assert/strict";

import fc from "fast-check";

import { checkNetwork, type NetworkPlan, subnetsOf } from "../../../components/cluster/network/subnets.js";
import { lines } from "../fixtures.js";

const PATH = "vllm:cluster.network";
const PLAN: NetworkPlan = { cidr: "10.40.0.0/16", zones: 3, serviceCidr: "172.20.0.0/16", maxNodes: 10 };

const problemsOf = (changes: Partial<NetworkPlan>): string[] => lines(checkNetwork({ ...PLAN, ...changes }, PATH));

/** First address of a range and the one after its last. */
function bounds(cidr: string): { start: number; end: number; prefix: number } {
  const [address, bits] = cidr.split("/");
  const start = address!.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { start, end: start + 2 ** (32 - Number(bits)), prefix: Number(bits) };
}

/** Ranges that a VPC may have, within 10.0.0.0/8. */
const vpcRange = fc.tuple(fc.integer({ min: 16, max: 28 }), fc.nat(2 ** 24 - 1)).map(([prefix, offset]) => {
  const size = 2 ** (32 - prefix);
  const start = Math.floor(offset / size) * size;
  return `10.${Math.floor(start / 65536)}.${Math.floor(start / 256) % 256}.${start % 256}/${prefix}`;
});
const zoneCount = fc.integer({ min: 2, max: 6 });

describe("subnetsOf", () => {
  it("cuts 10.40.0.0/16 for six zones, the later ones smaller", () => {
    assert.deepEqual(subnetsOf("10.40.0.0/16", 6), [
      { private: "10.40.0.0/18", public: "10.40.192.0/24" },
      { private: "10.40.64.0/18", public: "10.40.193.0/24" },
      { private: "10.40.128.0/18", public: "10.40.194.0/24" },
      { private: "10.40.208.0/20", public: "10.40.195.0/24" },
      { private: "10.40.224.0/20", public: "10.40.196.0/24" },
      { private: "10.40.240.0/20", public: "10.40.197.0/24" },
    ]);
  });

  it("moves no subnet when a zone is added", () => {
    fc.assert(
      fc.property(vpcRange, zoneCount, zoneCount, (cidr, one, other) => {
        const [few, many] = [Math.min(one, other), Math.max(one, other)];
        assert.deepEqual(subnetsOf(cidr, many).slice(0, few), subnetsOf(cidr, few));
      }),
    );
  });

  it("makes public subnets smaller where the range is small", () => {
    assert.deepEqual(subnetsOf("192.168.8.0/21", 3), [
      { private: "192.168.8.0/23", public: "192.168.14.0/28" },
      { private: "192.168.10.0/23", public: "192.168.14.16/28" },
      { private: "192.168.12.0/23", public: "192.168.14.32/28" },
    ]);
  });

  it("keeps subnets of every accepted range within it, apart from each other, and the first three private ones equal", () => {
    let accepted = 0;
    fc.assert(
      fc.property(vpcRange, zoneCount, (cidr, zones) => {
        fc.pre(checkNetwork({ ...PLAN, cidr, zones, maxNodes: 1 }, PATH).length === 0);
        accepted++;
        const vpc = bounds(cidr);
        const subnets = subnetsOf(cidr, zones);
        assert.equal(subnets.length, zones);
        const ranges = subnets.flatMap((zone) => [bounds(zone.private), bounds(zone.public)]);
        for (const { start, end, prefix } of ranges) {
          assert.ok(start >= vpc.start && end <= vpc.end);
          assert.equal(start % (end - start), 0, "starts at its own boundary");
          assert.ok(prefix >= 16 && prefix <= 28, "AWS makes no such subnet");
        }
        const sorted = ranges.sort((a, b) => a.start - b.start);
        sorted.slice(1).forEach(({ start }, index) => assert.ok(start >= sorted[index]!.end));
        assert.equal(new Set(subnets.slice(0, 3).map((zone) => bounds(zone.private).prefix)).size, 1);
        assert.equal(new Set(subnets.map((zone) => bounds(zone.public).prefix)).size, 1);
      }),
      { numRuns: 300, maxSkipsPerRun: 100 },
    );
    assert.ok(accepted >= 300);
  });
});

describe("checkNetwork", () => {
  it("accepts each kind of private range", () => {
    for (const cidr of ["10.40.0.0/16", "172.16.0.0/16", "192.168.0.0/16", "192.168.64.0/20"]) {
      assert.deepEqual(problemsOf({ cidr }), [], cidr);
    }
  });

  it("refuses a range that is not at its start, and says nothing else of it", () => {
    assert.deepEqual(problemsOf({ cidr: "10.40.1.0/16" }), [
      `${PATH}.cidr: "10.40.1.0/16" is not the start of its range: use 10.40.0.0/16`,
    ]);
    assert.deepEqual(problemsOf({ cidr: "8.8.8.8/28", serviceCidr: "8.8.8.0/24" }), [
      `${PATH}.cidr: "8.8.8.8/28" is not the start of its range: use 8.8.8.0/28`,
      `${PATH}.serviceCidr: "8.8.8.0/24" cannot be the range of Services: use the start of a private range of /12 to /24`,
    ]);
  });

  for (const cidr of ["10.0.0.0/8", "10.40.0.0/15", "10.40.0.0/29", "10.40.0.0/32", "0.0.0.0/0"]) {
    it(`refuses ${cidr}, which AWS makes no VPC of`, () => {
      assert.deepEqual(problemsOf({ cidr }), [`${PATH}.cidr: "${cidr}" cannot be a VPC's range: use /16 to /28`]);
    });
  }

  for (const cidr of ["8.8.0.0/16", "172.32.0.0/16", "192.169.0.0/16", "11.0.0.0/16"]) {
    it(`refuses the public range ${cidr}`, () => {
      assert.deepEqual(problemsOf({ cidr }), [
        `${PATH}.cidr: "${cidr}" is not private: use a range of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
      ]);
    });
  }

  it("refuses Services' addresses within the VPC, around it and equal to it", () => {
    for (const serviceCidr of ["10.40.128.0/20", "10.32.0.0/12", "10.40.0.0/16"]) {
      assert.deepEqual(problemsOf({ serviceCidr }), [
        `${PATH}.serviceCidr: "${serviceCidr}" overlaps the VPC's 10.40.0.0/16: use a range of its own`,
      ]);
    }
  });

  for (const [serviceCidr, why] of [
    ["100.64.0.0/16", "not private"],
    ["8.8.0.0/16", "public"],
    ["172.20.1.0/16", "not at its start"],
    ["10.0.0.0/11", "too large"],
    ["172.20.0.0/25", "too small"],
  ] as const) {
    it(`refuses ${serviceCidr} for Services: ${why}`, () => {
      // Away from 10.0.0.0/11, so that it does not overlap as well.
      assert.deepEqual(problemsOf({ cidr: "192.168.0.0/16", serviceCidr }), [
        `${PATH}.serviceCidr: "${serviceCidr}" cannot be the range of Services: use the start of a private range of /12 to /24`,
      ]);
    });
  }

  it("accepts the largest and the smallest range of Services", () => {
    for (const serviceCidr of ["10.16.0.0/12", "172.16.0.0/12", "172.20.0.0/24"]) {
      assert.deepEqual(problemsOf({ cidr: "192.168.0.0/16", serviceCidr }), [], serviceCidr);
    }
  });

  it("accepts Services' addresses right beside the VPC", () => {
    for (const serviceCidr of ["10.39.0.0/16", "10.41.0.0/16"]) assert.deepEqual(problemsOf({ serviceCidr }), []);
  });

  it("names the smallest prefix for the nodes of a range that is too small", () => {
    assert.deepEqual(problemsOf({ cidr: "10.40.0.0/24" }), [
      `${PATH}.cidr: "10.40.0.0/24" is too small for 10 nodes and their pods in 3 zones: use a /20`,
    ]);
    assert.deepEqual(problemsOf({ cidr: "10.40.0.0/20" }), []);
  });

  it("counts what AWS and the control plane take of each subnet", () => {
    // A private /22 has 1024 addresses: seven nodes of 144 would fit but for the five and the sixteen that others take.
    assert.deepEqual(problemsOf({ cidr: "10.40.0.0/20", maxNodes: 18 }), []);
    assert.deepEqual(problemsOf({ cidr: "10.40.0.0/20", maxNodes: 19 }), [
      `${PATH}.cidr: "10.40.0.0/20" is too small for 19 nodes and their pods in 3 zones: use a /19`,
    ]);
  });

  it("says how many nodes fit where no VPC is large enough", () => {
    assert.deepEqual(problemsOf({ maxNodes: 339 }), []);
    assert.deepEqual(problemsOf({ maxNodes: 340 }), [
      `${PATH}.cidr: "10.40.0.0/16" is too small for 340 nodes and their pods in 3 zones: ` +
        "a VPC has room for 339 at the most, so lower the groups' max",
    ]);
  });

  it("names every problem of a range at once", () => {
    assert.deepEqual(problemsOf({ cidr: "8.8.8.0/24", serviceCidr: "8.8.0.0/16" }), [
      `${PATH}.cidr: "8.8.8.0/24" is not private: use a range of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
      `${PATH}.serviceCidr: "8.8.0.0/16" cannot be the range of Services: use the start of a private range of /12 to /24`,
      `${PATH}.serviceCidr: "8.8.0.0/16" overlaps the VPC's 8.8.8.0/24: use a range of its own`,
      `${PATH}.cidr: "8.8.8.0/24" is too small for 10 nodes and their pods in 3 zones: use a /20`,
    ]);
  });

  it("names a prefix that is enough, while one smaller is not", () => {
    fc.assert(
      fc.property(zoneCount, fc.integer({ min: 1, max: 500 }), (zones, maxNodes) => {
        const withPrefix = (prefix: number) => problemsOf({ cidr: `10.0.0.0/${prefix}`, zones, maxNodes });
        const [message, ...others] = withPrefix(28);
        assert.deepEqual(others, []);
        const named = / zones: use a \/(\d+)$/.exec(message!)?.[1];
        if (named === undefined) {
          const most = Number(/a VPC has room for (\d+) at the most, so lower the groups' max/.exec(message!)![1]);
          assert.ok(most < maxNodes);
          assert.deepEqual(problemsOf({ zones, maxNodes: most }), []);
          assert.equal(withPrefix(16).length, 1);
        } else {
          assert.deepEqual(withPrefix(Number(named)), []);
          assert.equal(withPrefix(Number(named) + 1).length, 1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
