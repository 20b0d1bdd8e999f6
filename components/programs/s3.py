"""A client of S3 and of servers that speak its API, with nothing but the standard library.

Requests are path style for an endpoint of one's own and for buckets with dots (TLS certificates cover one label), else
virtual-hosted. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import hashlib
import os
import re
import threading
from calendar import timegm
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from html import escape
from time import strptime
from typing import NamedTuple
from urllib.parse import unquote_plus, urlsplit

import web
from credentials import CredentialSource
from program import Failed, Wrong
from signing import EMPTY_SHA256, encode, query_string, sign

# Bodies beyond it go up in parts, several at once. S3 takes 10,000 parts of 5 MiB to 5 GiB.
PART_BYTES = 16 << 20
PARTS = 10_000
UPLOADS_AT_ONCE = 4

EXPIRED = ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired")

_shared_credentials = CredentialSource()


class Item(NamedTuple):
    """An object, or a file of a folder: `modified` in seconds since 1970."""

    name: str
    size: int
    modified: float


class Head(NamedTuple):
    """What HEAD says of an object; `headers` in small letters, `x-amz-meta-…` among them."""

    size: int
    etag: str
    headers: dict


class S3:
    """One bucket; threads may share it."""

    def __init__(self, bucket, region=None, endpoint=None, credentials=_shared_credentials):
        region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not region and not endpoint:
            raise Wrong(f"s3://{bucket}: its region is not stated: give `region`, or `endpoint` for another server")
        self.bucket, self.region = bucket, region or "us-east-1"
        self._credentials = credentials
        if endpoint:
            self._base, self._path = endpoint.rstrip("/"), f"/{bucket}"
        else:
            host = f"s3.{self.region}.amazonaws.com" + (".cn" if self.region.startswith("cn-") else "")
            dotted = "." in bucket
            self._base = f"https://{host}" if dotted else f"https://{bucket}.{host}"
            self._path = f"/{bucket}" if dotted else ""

    def head(self, key):
        """Size, ETag and headers of an object, None when there is none."""
        answer = self._ask("HEAD", key, missing_is_none=True)
        return answer and Head(int(answer.headers["content-length"]), answer.headers.get("etag", ""), answer.headers)

    def read(self, key):
        """A small object as `(bytes, ETag)`, None when there is none."""
        answer = self._ask("GET", key, missing_is_none=True)
        return answer and (answer.body, answer.headers.get("etag", ""))

    def stream(self, key, start=0, end=None):
        """Yield the bytes of an object from `start` to before `end`, over interruptions."""
        path = self._path_of(key)

        def signed(headers):
            return self._signed("GET", path, {}, headers, EMPTY_SHA256)

        return web.download(self._base + path, signed, lambda answer: self._refuse("GET", key, answer), start, end)

    def list(self, prefix=""):
        """Yield every object whose key begins with `prefix`, in the order of keys."""
        query = {"list-type": 2, "prefix": prefix, "encoding-type": "url"}
        while True:
            text = self._ask("GET", "", query).body.decode()
            for item in re.findall(r"<Contents>(.*?)</Contents>", text, re.DOTALL):
                yield _item(item)
            if web.element(text, "IsTruncated") != "true":
                return
            query = {**query, "continuation-token": web.element(text, "NextContinuationToken")}

    def put(self, key, body, if_match=None, if_none=False, headers=None):
        """Write a small object: its ETag, or None when the condition did not hold.

        `if_none`: only where no object is; `if_match`: only over the object with that ETag.
        """
        condition = {"If-None-Match": "*"} if if_none else {"If-Match": if_match} if if_match else {}
        answer = self._ask("PUT", key, body=body, headers={**condition, **(headers or {})}, taken=(404, 412))
        if answer.status == 200:
            return answer.headers.get("etag", "")
        # 404: with If-Match where the object has gone meanwhile.
        if condition and (answer.status == 412 or "NoSuchKey" in answer.body.decode("utf-8", "replace")):
            return None
        return self._refuse("PUT", key, answer)

    def delete(self, key):
        """Remove an object; one that is not there is no fault."""
        self._ask("DELETE", key)

    def upload(self, key, file, size, headers=None, on_part=lambda count: None):
        """Write an object from an open binary file of `size` bytes: it appears once it is whole, or not at all."""
        if size <= PART_BYTES:
            self.put(key, file.read(size), headers=headers)
            on_part(size)
            return
        part_bytes = max(PART_BYTES, -(-size // PARTS))
        with self._multipart(key, headers) as upload:
            lock = threading.Lock()

            def send(number):
                with lock:
                    file.seek((number - 1) * part_bytes)
                    body = file.read(part_bytes)
                part = self._send_part(key, upload, number, body)
                on_part(len(body))
                return part

            with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
                parts = list(pool.map(send, range(1, -(-size // part_bytes) + 1)))
            self._join_parts(key, upload, parts)

    @contextmanager
    def writing(self, key):
        """A file to write to in a `with`, of a size that nobody knows yet: the object appears at its end, if nothing failed."""
        with self._multipart(key, None) as upload:
            parts = _Parts(lambda number, body: self._send_part(key, upload, number, body))
            yield parts
            self._join_parts(key, upload, parts.end())

    def abort_uploads(self, prefix):
        """Remove the parts of uploads under `prefix` that nobody will finish: they cost as much as objects."""
        answer = self._ask("GET", "", {"uploads": "", "prefix": prefix})
        text = answer.body.decode()
        found = re.findall(r"<Upload>(.*?)</Upload>", text, re.DOTALL)
        for upload in found:
            self._ask("DELETE", web.element(upload, "Key"), {"uploadId": web.element(upload, "UploadId")})
        return len(found)

    def now(self):
        """The server's time, in seconds, which is that of `modified`, too."""
        answer = self._ask("GET", "", {"list-type": 2, "max-keys": 1})
        return parsedate_to_datetime(answer.headers["date"]).timestamp()

    def name(self, key=""):
        """As a message names an object."""
        return f"s3://{self.bucket}/{key}"

    @contextmanager
    def _multipart(self, key, headers):
        answer = self._ask("POST", key, {"uploads": ""}, b"", headers)
        upload = web.element(answer.body.decode(), "UploadId")
        try:
            yield upload
        except BaseException:
            with suppress(Failed, Wrong):
                self._ask("DELETE", key, {"uploadId": upload})
            raise

    def _send_part(self, key, upload, number, body):
        etag = self._ask("PUT", key, {"partNumber": number, "uploadId": upload}, body).headers["etag"]
        return f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"

    def _join_parts(self, key, upload, parts):
        body = f"<CompleteMultipartUpload>{''.join(parts)}</CompleteMultipartUpload>".encode()
        answer = self._ask("POST", key, {"uploadId": upload}, body)
        # It may fail after the status 200: the body says so.
        if b"<Error>" in answer.body:
            raise Failed(f"{self.name(key)}: S3 could not join the parts: {answer.body.decode('utf-8', 'replace')}")

    def _path_of(self, key):
        return f"{self._path}/{encode(key, safe='/')}"

    def _signed(self, method, path, query, headers, payload_sha256):
        headers = {"Host": urlsplit(self._base).netloc, **headers}
        return sign(method, path, query, headers, payload_sha256, self._credentials.get(), self.region)

    def _ask(self, method, key, query=None, body=None, headers=None, missing_is_none=False, taken=()):
        """A successful answer, or one whose status is in `taken`; raises for any other."""
        path, query = self._path_of(key), query or {}
        url = self._base + path + (f"?{query_string(query)}" if query else "")
        sha256 = hashlib.sha256(body).hexdigest() if body else EMPTY_SHA256

        def signed():
            return self._signed(method, path, query, headers or {}, sha256)

        answer = web.request(method, url, body=body, sign=signed)
        if answer.status == 400 and web.element(answer.body.decode("utf-8", "replace"), "Code") in EXPIRED:
            self._credentials.forget()
            answer = web.request(method, url, body=body, sign=signed)
        if answer.status < 300 or answer.status in taken:
            return answer
        if answer.status == 404 and missing_is_none and b"NoSuchBucket" not in answer.body:
            return None
        return self._refuse(method, key, answer)

    def _refuse(self, method, key, answer):
        """Raise what an answer without success means."""
        code = web.element(answer.body.decode("utf-8", "replace"), "Code") or f"HTTP {answer.status}"
        where = f"{method} {self.name(key)}: {code}"
        if code == "RequestTimeTooSkewed":
            raise Failed(f"{where}: the clock of this node is wrong")
        if answer.status in (301, 307, 400) and answer.headers.get("x-amz-bucket-region", self.region) != self.region:
            raise Wrong(f"{where}: the bucket is in {answer.headers['x-amz-bucket-region']}, not {self.region}: state its region")
        if code in EXPIRED:
            self._credentials.forget()
            raise Failed(f"{where}: the credentials have expired")
        if answer.status == 403:
            raise Wrong(f"{where}: the pod's role or key does not allow it: check its policy and the bucket's")
        if answer.status == 416:
            raise Wrong(f"{where}: the object is shorter than what is read of it")
        if answer.status == 404:
            raise Wrong(f"{where}: there is no such object or bucket")
        raise Failed(where)


def _item(text):
    stamp = re.sub(r"\.\d+", "", web.element(text, "LastModified"))
    modified = timegm(strptime(stamp, "%Y-%m-%dT%H:%M:%SZ"))
    return Item(unquote_plus(web.element(text, "Key")), int(web.element(text, "Size")), modified)


class _Parts:
    """Sends what is written as parts, one after another; larger ones than an upload's, since their number is not known."""

    def __init__(self, send):
        self._send, self._parts, self._rest = send, [], bytearray()

    def write(self, data):
        self._rest += data
        if len(self._rest) >= 2 * PART_BYTES:
            self._send_rest()

    def end(self):
        """The parts, the last one sent: an empty object has one, too."""
        if self._rest or not self._parts:
            self._send_rest()
        return self._parts

    def _send_rest(self):
        self._parts.append(self._send(len(self._parts) + 1, bytes(self._rest)))
        self._rest.clear()
