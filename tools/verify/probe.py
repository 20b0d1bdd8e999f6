"""Tries to connect to each of the addresses in SPEC, and to the API server, which tells whether this pod may connect to anything."""

import concurrent.futures
import json
import os
import socket


def attempt(host: str, port: int, seconds: float) -> str:
    try:
        socket.create_connection((host, port), seconds).close()
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "no answer"
    except OSError as failure:
        return f"no way: {failure.strerror}"
    return "open"


def main() -> None:
    spec = json.loads(os.environ["SPEC"])
    seconds = spec["seconds"]
    server = os.environ["KUBERNETES_SERVICE_HOST"], int(os.environ["KUBERNETES_SERVICE_PORT"])
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        control = pool.submit(attempt, *server, seconds)
        found = {
            name: pool.submit(attempt, host, port, seconds) for name, (host, port) in spec["addresses"].items()
        }
        print(json.dumps({"control": control.result(), "found": {name: one.result() for name, one in found.items()}}))


main()
