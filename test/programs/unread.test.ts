/** What of the hub's repositories is not fetched. */
import assert from "node:assert/strict";
import { needsPython } from "./needs.js";
import { python } from "./python.js";

const wanted = (paths: string[], patterns?: string[]): Promise<unknown> =>
  python('import unread\nresult = unread.wanted(given["paths"], given.get("patterns"))', { paths, patterns });

describe("files that no engine reads", () => {
  needsPython();

  it("are other formats beside safetensors, Meta's originals, and other engines' folders", async () => {
    const read = [
      "config.json",
      "tokenizer.json",
      "model-00001-of-00001.safetensors",
      "modeling_x.py",
      "LICENSE",
      "2_Dense/pytorch_model.bin",
    ];
    const unread = [
      ...["original/consolidated.00.pth", "metal/model.bin", "onnx/model.onnx", "openvino/openvino_model.xml"],
      ...["pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth", "model-Q4_K_M.gguf"],
      ...["tf_model.h5", "flax_model.msgpack", "rust_model.ot", "model.onnx_data", ".gitattributes"],
    ];
    assert.deepEqual(await wanted([...unread, ...read]), read);
  });

  it("are none of PyTorch's or GGUF's where there are no safetensors", async () => {
    const paths = ["config.json", "pytorch_model.bin", "model-Q4_K_M.gguf"];
    assert.deepEqual(await wanted(paths), paths);
  });

  it("are decided by patterns alone where there are any", async () => {
    const paths = ["config.json", "original/params.json", "a.gguf", "b.gguf", "model.safetensors"];
    assert.deepEqual(await wanted(paths, ["original/*", "b.gguf"]), ["original/params.json", "b.gguf"]);
  });
});
