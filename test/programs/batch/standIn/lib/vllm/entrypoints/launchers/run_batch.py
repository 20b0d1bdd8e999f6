"""Stand-in for vLLM's parser of a batch's lines: refuses a temperature that is no number, as the real one does."""

import json


class BatchRequestInput:
    """As far as batch_check.py and the stand-in of `vllm run-batch` need it."""

    @staticmethod
    def model_validate_json(line):
        request = json.loads(line)
        if not isinstance(request["body"].get("temperature", 0), (int, float)):
            raise ValueError("body.temperature: Input should be a valid number")
        return request
