"""Names the lines of a shard that vLLM's own parser refuses: `python3 batch_check.py SHARD REFUSED`.

`vllm run-batch` ends at the first of them, up to 0.32 after it has loaded the model, so batch_run.py leaves them out. Runs
with the image's Python, as a process of its own: importing vLLM takes seconds and gigabytes, and it may log to stdout.
REFUSED gets a JSON line `{"line": from 0, "message"}` for each. Exit code 3: this image's vLLM has no such parser.
"""

import json
import sys

NO_PARSER = 3


def parser():
    """vLLM's model of a line: in launchers from 0.29, in openai before."""
    try:
        from vllm.entrypoints.launchers.run_batch import BatchRequestInput
    except ImportError:
        from vllm.entrypoints.openai.run_batch import BatchRequestInput
    return BatchRequestInput.model_validate_json


def reason(failure):
    """What is wrong, without the request's own text, which pydantic's message has."""
    errors = getattr(failure, "errors", None)
    if not callable(errors):
        return str(failure)
    found = errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in found[:3])


def main(shard, refused):
    try:
        parse = parser()
    except ImportError as failure:
        print(f"vLLM's parser of batches was not found: {failure}", flush=True)
        sys.exit(NO_PARSER)
    with open(shard, encoding="utf-8", newline="\n") as lines, open(refused, "w", encoding="utf-8") as out:
        for number, line in enumerate(lines):
            try:
                parse(line)
            except Exception as failure:  # a validator of vLLM's may raise anything, and run-batch ends at all of it
                print(json.dumps({"line": number, "message": reason(failure)}), file=out)


if __name__ == "__main__":
    main(*sys.argv[1:])
