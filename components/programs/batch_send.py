"""Sends one shard to a model that is served already, in a pod of an Indexed Job: `python3 batch_send.py SPEC.json`.

    {the keys of batch_shard.py, "route": {"url": what comes before /v1/…, "concurrency": requests at once,
     "keyVariable"?: variable with the API key, "headers"?: {…}, "priority"?: of the requests, higher is later (the server
     needs --scheduling-policy priority), "timeoutSeconds"?: of one answer (default 600), "tries"?: of a request that ends
     in a 5xx or in silence (default 4), "patienceSeconds"?: without any answer before the pod fails (default 600)}}

A server that is busy or away (429, 503, no connection) is asked again for as long as the patience lasts: interactive
traffic comes first. Exit code 1: it lasted no longer, or the pod was stopped; 2: the key or the URL is wrong.
"""

import http.client
import json
import os
import random
import ssl
import tempfile
import threading
import time
from urllib.parse import urlsplit

from batch_folder import key_of
from batch_shard import refusal, work
from program import Failed, Wrong, run

BUSY = (429, 503)
POLL_SECONDS = 0.5
LONGEST_PAUSE = 60


class Connection:
    """One connection of one thread, kept open between requests."""

    def __init__(self, url, timeout):
        self._parts, self._timeout, self._open = urlsplit(url), timeout, None
        if self._parts.scheme not in ("http", "https") or not self._parts.netloc:
            raise Wrong(f"spec.route.url: a URL of http or https is wanted, got {url!r}")

    def post(self, path, headers, body):
        """`(status, headers, body)`; raises OSError or HTTPException when there is no answer."""
        try:
            if self._open is None:
                self._open = self._new()
            self._open.request("POST", self._parts.path.rstrip("/") + path, body, headers)
            response = self._open.getresponse()
            return response.status, response.headers, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def _new(self):
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(self._parts.netloc, timeout=self._timeout)
        return http.client.HTTPSConnection(self._parts.netloc, timeout=self._timeout, context=ssl.create_default_context())

    def close(self):
        if self._open is not None:
            self._open.close()
            self._open = None


class Sender:
    """Answers the open requests of a shard over HTTP, some at once."""

    def __init__(self, spec):
        route = key_of(spec, "route", dict)
        self._url, self._threads = key_of(route, "url", str), key_of(route, "concurrency", int)
        self._timeout, self._tries = route.get("timeoutSeconds", 600), route.get("tries", 4)
        self._patience, self._priority = route.get("patienceSeconds", 600), route.get("priority")
        self._headers = {"Content-Type": "application/json", **route.get("headers", {})}
        if "keyVariable" in route:
            key = os.environ.get(route["keyVariable"])
            if not key:
                raise Wrong(f"spec.route.keyVariable: the variable {route['keyVariable']} is not set: it holds the API key")
            self._headers["Authorization"] = f"Bearer {key}"
        Connection(self._url, self._timeout)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._failure = None
        self._answered_at = time.monotonic()

    def answer_all(self, shard, stop):
        waiting = iter(shard.open_ids())
        threads = [threading.Thread(target=self._send_all, args=(waiting, shard), daemon=True) for _ in range(self._threads)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) and not stop.asked and not self._failure:
            time.sleep(POLL_SECONDS)
            with self._lock:
                shard.tick()
        # Requests in flight are given up: another pod sends them again.
        self._ending.set()
        with self._lock:
            if self._failure:
                raise self._failure

    def _send_all(self, waiting, shard):
        connection = Connection(self._url, self._timeout)
        try:
            while not self._ending.is_set():
                with self._lock:
                    custom_id = next(waiting, None)
                    if custom_id is None:
                        return
                    request = json.loads(shard.text(custom_id))
                record = self._record(connection, custom_id, request)
                with self._lock:
                    if record and not self._ending.is_set():
                        shard.take(record)
        except Exception as failure:
            with self._lock:
                self._failure = self._failure or failure
        finally:
            connection.close()

    def _record(self, connection, custom_id, request):
        """The output record of a request, None when the worker ends before there is one."""
        if request["body"].get("stream"):
            return refusal(custom_id, "stream is true: answers of a batch are whole")
        body = request["body"] if self._priority is None else {**request["body"], "priority": self._priority}
        failures = attempt = 0
        while not self._ending.is_set():
            status, headers, answer = self._post(connection, request["url"], json.dumps(body).encode())
            if status == 401 or status == 403:
                raise Wrong(f"{self._url}: HTTP {status}: the API key is missing, wrong or not for this model")
            if status is not None and status < 500 and status not in BUSY:
                self._answered_at = time.monotonic()
                return _output(custom_id, status, headers, answer)
            if status is not None and status not in BUSY:
                failures += 1
                if failures == self._tries:
                    return _output(custom_id, status, headers, answer)
            elif time.monotonic() - self._answered_at > self._patience:
                raise Failed(f"{self._url}: no answer for {self._patience} s, the last: {answer or f'HTTP {status}'}")
            self._ending.wait(_pause(attempt, headers.get("Retry-After")))
            attempt += 1
        return None

    def _post(self, connection, path, body):
        try:
            return connection.post(path, self._headers, body)
        except TimeoutError:
            return 504, {}, json.dumps(f"no answer within {self._timeout} s").encode()
        except (OSError, http.client.HTTPException) as failure:
            return None, {}, f"{type(failure).__name__}: {failure}"


def _pause(attempt, retry_after):
    """Seconds to the next try: as the server says, else twice as long each time; by chance shorter, so that pods spread."""
    wanted = int(retry_after) if retry_after and retry_after.isdigit() else 2**attempt
    return random.uniform(0.5, 1) * min(LONGEST_PAUSE, wanted)


def _output(custom_id, status, headers, answer):
    """An answer in the form of vLLM's own records: an error is in `error`, not in the body."""
    try:
        body = json.loads(answer)
    except ValueError:
        body = {"error": {"message": answer[:1000].decode("utf-8", "replace"), "code": status}}
    fine = status < 400
    response = {
        "status_code": status,
        "request_id": headers.get("x-request-id") or f"sent-{custom_id}",
        "body": body if fine else None,
    }
    return {"id": f"batch-{custom_id}", "custom_id": custom_id, "response": response, "error": None if fine else body}


def main(spec):
    sender = Sender(spec)
    with tempfile.TemporaryDirectory(dir=spec.get("scratch", "/tmp")) as scratch:
        work(spec, scratch, sender.answer_all)


if __name__ == "__main__":
    run(main)
