import assert from "node:assert/strict";

import { MODELS } from "../../components/facts/models/catalogue.js";
import { MODEL_NAME } from "../../components/contract/schema.js";
import { PRECISION_NAMES } from "../../components/facts/precisions.js";

const ROWS = Object.entries(MODELS);

/** Mixture of experts: parameters do not follow from one feed-forward's width. */
const EXPERTS = /A3B|gpt-oss/;
/** Sees pictures too, and its vision tower counts: 0.42 billion parameters. */
const VISION = /gemma-3/;

describe("the model catalogue", () => {
  it("has at least 12 rows", () => assert.ok(ROWS.length >= 12));

  it("keys are Hugging Face ids, none of which is a model's key in the config", () => {
    for (const [id] of ROWS) {
      assert.match(id, /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/);
      assert.doesNotMatch(id, MODEL_NAME);
    }
  });

  for (const [id, model] of ROWS) {
    describe(id, () => {
      it("has positive whole numbers", () => {
        const { parameters, layers, hiddenSize, intermediateSize, attentionHeads, kvHeads, headSize } = model;
        const sizes = [parameters, layers, hiddenSize, intermediateSize, attentionHeads, kvHeads, headSize];
        for (const size of [...sizes, model.vocabularySize, model.maxContext]) {
          assert.ok(Number.isInteger(size) && size > 0, String(size));
        }
      });

      it("shares each KV head between a whole number of attention heads", () => {
        assert.equal(model.attentionHeads % model.kvHeads, 0);
      });

      it("has a window on some of its layers, smaller than its context", () => {
        if (model.slidingWindow === undefined) return;
        assert.ok(model.slidingWindow.layers > 0 && model.slidingWindow.layers < model.layers);
        assert.ok(model.slidingWindow.tokens > 0 && model.slidingWindow.tokens < model.maxContext);
      });

      it("says its precision and where it is from", () => {
        assert.ok(PRECISION_NAMES.includes(model.precision));
        assert.match(model.source, /\w+\/\w/);
      });

      if (EXPERTS.test(id)) return;
      it("has the parameters that its shape makes", () => {
        const { hiddenSize, intermediateSize, attentionHeads, kvHeads, headSize, vocabularySize } = model;
        const attention = hiddenSize * headSize * (2 * attentionHeads + 2 * kvHeads);
        const feedForward = 3 * hiddenSize * intermediateSize;
        const embeddings = (model.tiedEmbeddings ? 1 : 2) * vocabularySize * hiddenSize;
        const expected = model.layers * (attention + feedForward) + embeddings;
        // Norms and biases are left out of the sum.
        const tolerance = VISION.test(id) ? 0.04 : 0.0005;
        const ratio = model.parameters / expected;
        assert.ok(Math.abs(ratio - 1) < tolerance, `${model.parameters} for ${expected}: ${ratio}`);
      });
    });
  }

  it("has the mixtures of experts with more parameters than one expert a layer makes", () => {
    for (const [, model] of ROWS.filter(([id]) => EXPERTS.test(id))) {
      assert.ok(model.parameters > 10 * model.layers * 3 * model.hiddenSize * model.intermediateSize);
    }
  });
});
