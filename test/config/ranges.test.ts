import assert from "node:assert/strict";

import { isAddress, isRange, isWithin } from "../../components/config/ranges.js";

describe("isRange", () => {
  it("takes ranges of both families by their first address", () => {
    for (const range of ["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "::/0", "2001:db8::/32", "fd00:90::a/128"]) {
      assert.equal(isRange(range), true, range);
    }
  });

  it("takes no address, no other address of the range, and no IPv4 in the form of IPv6", () => {
    const none = ["10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0/8", "0x0a.0.0.0/8", "10.0.0.0/8/8", "10.0.0.0/"];
    for (const text of [...none, "2001:db8::1/32", "::/129", "::ffff:10.0.0.0/104", "", "everywhere"]) {
      assert.equal(isRange(text), false, text);
    }
  });
});

describe("isAddress", () => {
  it("tells addresses from names, also in the brackets of a URL", () => {
    for (const text of ["10.1.2.3", "::1", "[2001:db8::1]"]) assert.equal(isAddress(text), true, text);
    for (const text of ["proxy", "10.1.2", "1.2.3.4.example.com"]) assert.equal(isAddress(text), false, text);
  });
});

describe("isWithin", () => {
  it("compares addresses and ranges of one family", () => {
    assert.equal(isWithin("10.1.2.3", "10.0.0.0/8"), true);
    assert.equal(isWithin("11.1.2.3", "10.0.0.0/8"), false);
    assert.equal(isWithin("10.1.0.0/16", "10.0.0.0/8"), true);
    assert.equal(isWithin("10.0.0.0/7", "10.0.0.0/8"), false);
    assert.equal(isWithin("[fd00::1]", "fc00::/7"), true);
    assert.equal(isWithin("::1", "0.0.0.0/0"), false);
    assert.equal(isWithin("10.0.0.1", "::/0"), false);
  });
});
