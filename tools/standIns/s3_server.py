"""A server that speaks S3's API on loopback: moto's, with what AWS does and moto leaves out.

    python s3_server.py FAULTS

Checks signatures (by botocore's own signer), and makes conditional writes exclusive. FAULTS of 100 requests get
SlowDown, a 500 or a connection that ends in the middle. Prints its port, then one line for each request.
Keys: AKIAIOSFODNN7EXAMPLE (may do anything in S3) and AKIADENIEDEXAMPLE777 (may do nothing). For tests, without a signature:
/admin/BUCKET (PUT: make it, GET: its keys, POST: how many uploads are unfinished), /admin/BUCKET/KEY (PUT, GET,
DELETE).
"""

import json
import os
import random
import sys
import threading

from moto import settings
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class Server:
    """The WSGI application around moto's."""

    def __init__(self, application, faults):
        self.application, self.faults = application, faults
        self.random = random.Random(1)
        self.writing = threading.Lock()

    def __call__(self, environ, start_response):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path.startswith("/admin/"):
            return self._administer(environ, start_response)
        query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        # In one piece: threads write at once.
        os.write(1, f"{method} {path}{query} {environ.get('HTTP_RANGE', '')}\n".encode())
        fault = self.random.random() * 100
        if fault >= self.faults:
            return self._answer(environ, start_response)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if fault < self.faults / 3 and method == "GET":
            return self._cut(environ, start_response)
        status = "503 Slow Down" if fault < self.faults * 2 / 3 else "500 Internal Server Error"
        start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(SLOW_DOWN)))])
        return [SLOW_DOWN]

    def _administer(self, environ, start_response):
        bucket, _, key = environ["PATH_INFO"].removeprefix("/admin/").partition("/")
        backend, method, status, body = s3_backends[DEFAULT_ACCOUNT_ID]["aws"], environ["REQUEST_METHOD"], "200 OK", b""
        if method == "PUT" and not key:
            backend.create_bucket(bucket, "us-east-1")
        elif method == "PUT":
            backend.put_object(bucket, key, environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        elif method == "DELETE":
            backend.delete_object(bucket, key)
        elif method == "POST":
            body = str(len(backend.get_bucket(bucket).multiparts)).encode()
        elif not key:
            body = json.dumps(sorted(backend.get_bucket(bucket).keys)).encode()
        else:
            found = backend.get_object(bucket, key)
            status, body = ("404 Not Found", b"") if found is None else (status, found.value)
        start_response(status, [("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ, start_response):
        # moto asks and writes in two steps, with other requests between them.
        if "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MATCH" in environ:
            with self.writing:
                return list(self.application(environ, start_response))
        return self.application(environ, start_response)

    def _cut(self, environ, start_response):
        """Half of the answer, then nothing: the length that was promised does not come."""
        body = b"".join(self.application(environ, start_response))
        yield body[: self.random.randrange(len(body) + 1)]


def give_keys():
    """A user for each key: moto refuses every request of S3 that no policy allows."""
    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    for name, key in (("writer", "AKIAIOSFODNN7EXAMPLE"), ("stranger", "AKIADENIEDEXAMPLE777")):
        iam.create_user("us-east-1", name)
        if name == "writer":
            iam.put_user_policy(name, "s3", json.dumps(allowed))
        made = iam.create_access_key(name)
        made.access_key_id, made.secret_access_key = key, SECRET


def main():
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    give_keys()
    MotoRequestHandler.protocol_version = "HTTP/1.1"
    MotoRequestHandler.log_request = lambda *_: None
    application = Server(DomainDispatcherApplication(create_backend_app), float(sys.argv[1]))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    print(f"port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
