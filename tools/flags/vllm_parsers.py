#!/usr/bin/env python3
"""Write the parsers that the installed vLLM registers: what --tool-call-parser and --reasoning-parser take, as JSON.

Run it as vllm_flags.py beside it, with a Python that has vLLM (a GPU is not needed):

    python tools/flags/vllm_parsers.py --out components/facts/vllm/v0.30.0/parsers.json

Shape: {"vllm": version, "source": text, "tool": [names], "reasoning": [names]}, names sorted.
"""

import argparse
import contextlib
import json
import sys

from vllm_flags import NoVllm, load_parser


def registered():
    """The names as a dict; raises NoVllm."""
    version, name, _ = load_parser()
    with contextlib.redirect_stdout(sys.stderr):
        from vllm.reasoning import ReasoningParserManager
        from vllm.tool_parsers import ToolParserManager
    return {
        "vllm": version,
        "source": f"the registries of vllm.tool_parsers and vllm.reasoning, read by running {name} {version}",
        "tool": sorted(ToolParserManager.list_registered()),
        "reasoning": sorted(ReasoningParserManager.list_registered()),
    }


def main():
    cli = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    cli.add_argument("--out", metavar="FILE", required=True, help="where to write the names")
    out = cli.parse_args().out
    try:
        text = json.dumps(registered(), indent=1) + "\n"
    except NoVllm as error:
        sys.exit(f"vllm_parsers: {error}")
    with open(out, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
