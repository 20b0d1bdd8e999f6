import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";
import fc from "fast-check";

import { SelectorIndex } from "../../../policies/read/selectorIndex.js";
import { ANY_VALUE, labelSelector } from "../../../policies/read/selectors.js";
import { isUnknownValue } from "../../../policies/read/unknown.js";
import { at, text } from "../../../policies/read/values.js";

/** Exported, but marked internal and so left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: <T>(props: T) => T;
  unknownStringValue: string;
};

interface Item {
  namespace?: string;
  selector: unknown;
}

function indexOf(items: readonly Item[]): SelectorIndex<Item> {
  return new SelectorIndex(items, {
    namespace: (item) => text(at(item, "namespace")),
    selector: (item) => labelSelector(item.selector),
  });
}

const word = fc.constantFrom("a", "b", "c");
const expression = fc.record({
  key: word,
  operator: fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist"),
  values: fc.array(word, { maxLength: 2 }),
});
const item = fc.record(
  {
    namespace: word,
    selector: fc.record(
      { matchLabels: fc.dictionary(word, word), matchExpressions: fc.array(expression) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["selector"] },
);
const labels = fc
  .dictionary(word, fc.constantFrom("a", "b", "c", ANY_VALUE))
  .map((entries) => new Map(Object.entries(entries)));

describe("SelectorIndex", () => {
  it("finds what trying every selector finds, each once", () => {
    fc.assert(
      fc.property(fc.array(item), word, labels, (items, namespace, pod) => {
        const found = [...indexOf(items).of(namespace, pod)];
        const expected = items.filter(
          (one) => (one.namespace ?? namespace) === namespace && labelSelector(one.selector).selects(pod),
        );
        assert.equal(found.length, expected.length);
        assert.deepEqual(new Set(found), new Set(expected));
      }),
    );
  });

  it("lets a value that is not known yet through after the rest, where it decides", () => {
    const guarded = unknownCheckingProxy({ selector: { matchLabels: { a: unknownStringValue } }, namespace: "x" });
    const index = indexOf([guarded, { namespace: "x", selector: {} }, { namespace: "y", selector: {} }]);
    const found: Item[] = [];
    assert.throws(() => {
      for (const one of index.of("x", new Map())) found.push(one);
    }, isUnknownValue);
    assert.equal(found.length, 1);
    assert.equal([...index.of("y", new Map())].length, 1);
  });
});
