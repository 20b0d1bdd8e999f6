"""Files of the hub that no engine reads, by a rule that holds for every repository. `patterns` of an artifact replaces it.

- Folders of other formats: `original/` (Meta's), `metal/`, `onnx/`, `openvino/`, `coreml/`, and `.cache/`.
- Formats that vLLM loads no model from: ONNX, TensorFlow, Flax, Rust, Core ML, TFLite, Keras.
- PyTorch's own and GGUF files in a folder that has safetensors: vLLM takes safetensors first.
- Git's own files.

vLLM leaves out `original/` and `metal/` itself, and asks for `*.safetensors` before `*.bin` and `*.pt`:
vllm/model_executor/model_loader/default_loader.py and weight_utils.py, 0.32.0.
"""

from fnmatch import fnmatchcase
from posixpath import basename, dirname

FOLDERS = ("original/", "metal/", "onnx/", "openvino/", "coreml/", ".cache/")
OTHER_ENGINES = (
    *("*.onnx", "*.onnx_data", "*.h5", "*.msgpack", "*.ot", "*.mlmodel", "*.mlpackage/*", "*.tflite", "*.keras"),
    *("*.pb", "openvino_*.xml", "openvino_*.bin"),
)
BESIDE_SAFETENSORS = ("*.bin", "*.pth", "*.pt", "*.ckpt", "*.gguf", "*.bin.index.json")
GIT = (".gitattributes", ".gitignore")


def wanted(paths, patterns=None):
    """The paths to fetch, in their order."""
    if patterns:
        return [path for path in paths if any(fnmatchcase(path, pattern) for pattern in patterns)]
    with_safetensors = {dirname(path) for path in paths if path.endswith(".safetensors")}
    return [path for path in paths if not _is_unread(path, with_safetensors)]


def _is_unread(path, with_safetensors):
    name = basename(path)
    if path.startswith(FOLDERS) or name in GIT:
        return True
    if any(fnmatchcase(path, pattern) or fnmatchcase(name, pattern) for pattern in OTHER_ENGINES):
        return True
    return dirname(path) in with_safetensors and any(fnmatchcase(name, pattern) for pattern in BESIDE_SAFETENSORS)
