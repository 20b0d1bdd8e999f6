"""Jobs of the pod's own namespace, through the API server, with the pod's service account."""

import http.client
import json
import os
import ssl

import web
from program import Failed, Wrong

# https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ (read 2026-11-26)
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
TIMEOUT_SECONDS = 30
TRIES = 8
PASSING = (401, 408, 429, 500, 502, 503, 504)


class Jobs:
    """Reads and makes Jobs."""

    def __init__(self):
        folder = os.environ.get("SERVICE_ACCOUNT_FOLDER", ACCOUNT)
        host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
        if not host:
            raise Wrong("KUBERNETES_SERVICE_HOST: not set: this runs in a pod only")
        self._token = os.path.join(folder, "token")
        try:
            with open(os.path.join(folder, "namespace"), encoding="utf-8") as file:
                self.namespace = file.read().strip()
            self._tls = ssl.create_default_context(cafile=os.path.join(folder, "ca.crt"))
        except OSError as failure:
            raise Wrong(f"{folder}: no service account's token, CA and namespace: {failure}") from None
        self._host, self._port = host, int(port)
        self._path = f"/apis/batch/v1/namespaces/{self.namespace}/jobs"

    def get(self, name):
        """The Job of that name, None when there is none."""
        status, body = self._ask("GET", f"{self._path}/{name}")
        return None if status == 404 else self._taken(status, body, f"get Job {name}")

    def create(self, job):
        """Make a Job: the server's copy of it, None when one of that name is there."""
        status, body = self._ask("POST", self._path, json.dumps(job).encode())
        return None if status == 409 else self._taken(status, body, f"create Job {job['metadata']['name']}")

    def _taken(self, status, body, what):
        if status < 300:
            return json.loads(body)
        try:
            message = json.loads(body)["message"]
        except (ValueError, KeyError, TypeError):
            message = body[:500].decode("utf-8", "replace")
        hint = ": the conductor's Role has to allow it" if status == 403 else ""
        raise Wrong(f"{what} in {self.namespace}: HTTP {status}: {message}{hint}")

    def _ask(self, method, path, body=None):
        """`(status, body)`, after retries."""
        problem = ""
        for attempt in range(TRIES):
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._tls)
            try:
                connection.request(method, path, body, self._headers())
                response = connection.getresponse()
                answer = response.read()
                if response.status not in PASSING:
                    return response.status, answer
                problem = f"HTTP {response.status}"
            except web.BROKEN as failure:
                problem = f"{type(failure).__name__}: {failure}"
            finally:
                connection.close()
            if attempt < TRIES - 1:
                web.pause(attempt)
        raise Failed(f"{method} {path}: {TRIES} tries of the API server failed, the last with {problem}")

    def _headers(self):
        # Read each time: kubelet puts a new one there before the old one runs out.
        with open(self._token, encoding="utf-8") as file:
            return {"Authorization": f"Bearer {file.read().strip()}", "Content-Type": "application/json"}


def condition(job, kind):
    """The condition of that type that holds, else None."""
    conditions = job.get("status", {}).get("conditions") or []
    return next((entry for entry in conditions if entry["type"] == kind and entry["status"] == "True"), None)
