#!/usr/bin/env python3
"""Write the model architectures that a version of vLLM registers, and those that it had once, as JSON.

The tables of vLLM's registry are read from its source, which is not run, so any Python will do, and an unpacked wheel is enough:

    python tools/flags/vllm_architectures.py --vllm .local/venv/vllm-0.33.0/lib/python3.12/site-packages/vllm \
        --out components/facts/vllm/v0.33.0/architectures.json

Shape: {"vllm": version, "source": text, "architectures": [names], "dropped": {name: last version that had it}}, names sorted.
"""

import argparse
import ast
import json
import pathlib
import re
import sys

REGISTRY = "model_executor/models/registry.py"


def registry_tables(source):
    """The registry's tables by name: each is a dict that is built of literals and of the tables above it."""
    tables = {}
    for node in ast.parse(source).body:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if isinstance(node, ast.Assign) and re.fullmatch(r"_[A-Z_]+_MODELS", "".join(names)):
            exec(compile(ast.Module([node], []), REGISTRY, "exec"), tables)
    return tables


def architectures(package):
    """The names as a dict; raises OSError, AttributeError or KeyError where the package is no vLLM."""
    stated = (package / "_version.py").read_text()
    version = re.search(r"^__version__ = version = '(\d+\.\d+\.\d+)", stated, re.MULTILINE).group(1)
    tables = registry_tables((package / REGISTRY).read_text())
    return {
        "vllm": version,
        "source": f"the tables of vllm/{REGISTRY} of vllm {version}",
        "architectures": sorted(tables["_VLLM_MODELS"]),
        "dropped": dict(sorted(tables["_PREVIOUSLY_SUPPORTED_MODELS"].items())),
    }


def main():
    cli = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    cli.add_argument("--vllm", metavar="FOLDER", type=pathlib.Path, required=True, help="the package vllm, unpacked")
    cli.add_argument("--out", metavar="FILE", required=True, help="where to write the names")
    given = cli.parse_args()
    try:
        text = json.dumps(architectures(given.vllm), indent=2) + "\n"
    except (OSError, AttributeError, KeyError) as error:
        sys.exit(f"vllm_architectures: {given.vllm} is no package of vLLM: {error}")
    with open(given.out, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
