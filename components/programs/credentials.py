"""AWS credentials of a pod: variables, web identity (IRSA) or EKS Pod Identity, in the order of AWS' own SDKs.

Sources, read 2026-11-26: botocore/credentials.py (order, allowed hosts of the container endpoint),
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html. Nothing here is ever printed.
"""

import calendar
import json
import os
import re
import threading
import time
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import web
from program import Failed, Wrong

# Hosts that may be asked in plain HTTP: EKS Pod Identity's agent, ECS' endpoint, this machine.
PLAIN_HOSTS = ("169.254.170.23", "fd00:ec2::23", "169.254.170.2", "127.0.0.1", "::1", "localhost")

# New ones are fetched this long before the old ones end.
AHEAD_SECONDS = 300


class Credentials(NamedTuple):
    """One set; `expires` in seconds since 1970, None for those that last."""

    key: str
    secret: str
    token: str = ""
    expires: float | None = None

    def __repr__(self):
        return "Credentials(…)"


class CredentialSource:
    """Gives credentials that are valid for some minutes at least; threads may share it."""

    def __init__(self, environment=os.environ):
        self._environment = environment
        self._lock = threading.Lock()
        self._last = None

    def get(self):
        """The credentials to sign with now."""
        with self._lock:
            ends = self._last and self._last.expires
            if self._last is None or (ends and ends - AHEAD_SECONDS < time.time()):
                self._last = fetch(self._environment)
            return self._last

    def forget(self):
        """Fetch anew next time: the server says that these have expired."""
        with self._lock:
            self._last = None


def fetch(environment):
    """Credentials from the first source that the environment names."""
    if environment.get("AWS_ACCESS_KEY_ID"):
        secret = environment.get("AWS_SECRET_ACCESS_KEY")
        if not secret:
            raise Wrong("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not: set both")
        return Credentials(environment["AWS_ACCESS_KEY_ID"], secret, environment.get("AWS_SESSION_TOKEN", ""))
    if environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        return _from_web_identity(environment)
    if environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        return _from_container(environment)
    raise Wrong(
        "no AWS credentials: give the pod's service account an EKS Pod Identity association or a role (IRSA), or set "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from a Secret"
    )


def _seconds(stamp):
    """Seconds since 1970 of `2026-11-26T10:00:00Z`; AWS writes fractions in some answers."""
    return calendar.timegm(time.strptime(re.sub(r"\.\d+", "", stamp), "%Y-%m-%dT%H:%M:%SZ"))


def _token(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError as failure:
        raise Failed(f"the identity token of the pod could not be read: {failure}") from None


def _from_container(environment):
    url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in PLAIN_HOSTS:
        raise Wrong(f"AWS_CONTAINER_CREDENTIALS_FULL_URI: {parts.hostname} is no credentials endpoint of AWS: use https")
    headers = {}
    if environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
        headers["Authorization"] = _token(environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"])
    elif environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN"):
        headers["Authorization"] = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    answer = web.request("GET", url, headers=headers)
    if answer.status != 200:
        raise Wrong(
            f"the pod's identity agent gives no credentials (HTTP {answer.status}): check the association of its "
            "service account with a role"
        )
    found = json.loads(answer.body)
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["Token"], _seconds(found["Expiration"]))


def _from_web_identity(environment):
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    ending = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    url = environment.get("AWS_ENDPOINT_URL_STS") or f"https://sts.{region}.{ending}/"
    form = urlencode(
        {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": environment.get("AWS_ROLE_ARN", ""),
            "RoleSessionName": environment.get("AWS_ROLE_SESSION_NAME") or "pulumi-vllm",
            "WebIdentityToken": _token(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]),
        }
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = web.request("POST", url, headers=headers, body=form.encode())
    text = answer.body.decode("utf-8", "replace")
    if answer.status != 200:
        code = web.element(text, "Code") or f"HTTP {answer.status}"
        raise Wrong(f"AWS_ROLE_ARN: STS does not give the role to this service account ({code}): check its trust policy")
    values = [web.element(text, name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")]
    return Credentials(values[0], values[1], values[2], _seconds(values[3]))
