"""What every program of this folder shares: its input, its log lines and its exit codes.

Exit codes: 0 done; 1 failed, a retry may succeed; 2 the input or the config is wrong, a retry is useless (a Job's
podFailurePolicy ends at it).
"""

import json
import os
import sys
import time


class Wrong(Exception):
    """Input, config or permissions that no retry mends."""


class Failed(Exception):
    """A failure that may pass: the network, a server, a full disk."""


def say(text, **values):
    """Print one log line: plain words, then `key=value` pairs."""
    pairs = " ".join(f"{name}={value}" for name, value in values.items())
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = " ".join(part for part in (stamp, text, pairs) if part)
    # Straight to the file: lines of threads stay whole, and a signal's handler may print, too.
    os.write(1, (line.replace("\n", " ") + "\n").encode("utf-8", "replace"))


def gib(count):
    """As a person reads bytes."""
    return f"{count / (1 << 30):.2f} GiB"


def read_spec(arguments):
    """The JSON document of the file in `arguments`, else of the variable SPEC."""
    try:
        if arguments:
            with open(arguments[0], encoding="utf-8") as file:
                spec = json.load(file)
        elif "SPEC" in os.environ:
            spec = json.loads(os.environ["SPEC"])
        else:
            raise Wrong("no input: name a JSON file as the first argument, or set the variable SPEC to its text")
    except (OSError, ValueError) as failure:
        where = arguments[0] if arguments else "SPEC"
        raise Wrong(f"{where}: no JSON document could be read: {failure}") from None
    if not isinstance(spec, dict):
        raise Wrong(f"{arguments[0] if arguments else 'SPEC'}: a JSON object is wanted, got {type(spec).__name__}")
    return spec


def run(main):
    """Run `main(spec)` and exit with the code that its end has."""
    try:
        main(read_spec(sys.argv[1:]))
    except Wrong as failure:
        say(f"refused, a retry is useless: {failure}")
        sys.exit(2)
    except (Failed, OSError) as failure:
        say(f"failed, may be retried: {failure}")
        sys.exit(1)
