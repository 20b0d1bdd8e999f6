"""Within the namespaces of as_pod.sh: starts vLLM as the pod's user, asks it for a token, prints the times as JSON."""
import json
import os
import subprocess
import sys
import time
import urllib.request

PORT = 8000


def ask(path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def main(python):
    # As components/derive/variables.ts has them, with /mnt in the place of /.
    environment = {
        "PATH": f"{os.path.dirname(python)}:/usr/bin:/bin",
        "HOME": "/mnt/cache/home",
        "USER": "vllm",
        "HF_HOME": "/mnt/cache/huggingface",
        "VLLM_CACHE_ROOT": "/mnt/cache/vllm",
        "VLLM_NO_USAGE_STATS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    user = ["setpriv", "--reuid=2000", "--regid=2000", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
    serve = [python, "-m", "vllm.entrypoints.cli.main", "serve", "/mnt/models", "--served-model-name=tiny", "--dtype=bfloat16"]
    limits = ["--max-model-len=1024", "--max-num-seqs=8", "--max-num-batched-tokens=1024", "--host=127.0.0.1", f"--port={PORT}"]
    began = time.monotonic()
    server = subprocess.Popen([*user, *serve, *limits], env=environment, stdout=sys.stderr, stderr=sys.stderr, cwd="/")
    while True:
        if server.poll() is not None:
            sys.exit(f"vLLM ended with {server.returncode}")
        try:
            ask("/health")
            break
        except OSError:
            time.sleep(0.2)
    ready = time.monotonic() - began
    message = {"role": "user", "content": "hello"}
    ask("/v1/chat/completions", json.dumps({"model": "tiny", "max_tokens": 1, "messages": [message]}).encode())
    first = time.monotonic() - began
    server.terminate()
    server.wait(60)
    print(json.dumps({"readySeconds": ready, "firstTokenSeconds": first}))


main(sys.argv[1])
