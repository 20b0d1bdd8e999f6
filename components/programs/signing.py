"""AWS Signature Version 4 for S3, in the Authorization header.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, whose four examples are a test.
"""

import hashlib
import hmac
import time
from urllib.parse import quote

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


def encode(text, safe=""):
    """Percent-encode as the signature wants it: everything but letters, digits and `-._~`."""
    return quote(text, safe="-._~" + safe)


def query_string(query):
    """The canonical query: sorted by name, every name with `=`."""
    return "&".join(f"{encode(name)}={encode(str(value))}" for name, value in sorted(query.items()))


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _signing_key(secret, day, region):
    key = ("AWS4" + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = _hmac(key, part)
    return key


def sign(method, path, query, headers, payload_sha256, credentials, region, now=None):
    """The headers to send: `headers` (with Host) and those of the signature.

    `path` is encoded already, `now` is in seconds.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    signed = {name.lower(): " ".join(str(value).split()) for name, value in headers.items()}
    signed["x-amz-date"] = stamp
    signed["x-amz-content-sha256"] = payload_sha256
    if credentials.token:
        signed["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = "\n".join([method, path, query_string(query), lines, names, payload_sha256])
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    signature = hmac.new(_signing_key(credentials.secret, stamp[:8], region), text.encode(), hashlib.sha256)
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.key}/{scope},"
        f"SignedHeaders={names},Signature={signature.hexdigest()}"
    )
    return signed
