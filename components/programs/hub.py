"""A repository of the Hugging Face hub that an artifact is filled from, by the hub's own client of the image."""

import os
import time

import unread
from manifest import File, is_safe
from program import Failed, Wrong, say

# Tries of one request beside those of the client itself, and the longest wait that a rate limit may ask for.
TRIES = 5
LONGEST_WAIT_SECONDS = 600

# The client reads them when it is imported. Of a chunk cache nothing is read twice:
# https://docs.rs/crate/xet-runtime/1.5.2/source/src/config/groups/chunk_cache.rs, read 2026-11-26.
SETTINGS = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_OFFLINE": "0",
    "HF_XET_CHUNK_CACHE_SIZE_BYTES": "0",
}


class HubSource:
    """A repository at a commit."""

    def __init__(self, artifact, _where, home="/tmp/huggingface"):
        os.environ.update(SETTINGS)
        os.environ.setdefault("HF_HOME", home)
        try:
            import huggingface_hub
            import huggingface_hub.errors
        except ImportError as failure:
            raise Wrong(f"the image has no huggingface_hub ({failure}): use vLLM's image, or one that has it") from None
        self._hub = huggingface_hub
        self._id, self._revision = artifact["id"], artifact["revision"]
        self._patterns = artifact.get("patterns")
        self._endpoint = artifact["source"]["hub"].get("endpoint")
        self.text = f"{self._endpoint or 'https://huggingface.co'}/{self._id}"

    def files(self):
        """The files that an engine reads, with sizes and hashes."""
        api = self._hub.HfApi(endpoint=self._endpoint)
        info = self._patiently(lambda: api.model_info(self._id, revision=self._revision, files_metadata=True))
        if info.sha != self._revision:
            raise Wrong(f"{self.text}: {self._revision} is no commit of it, the hub answers with {info.sha}: state a commit")
        found = {sibling.rfilename: sibling for sibling in info.siblings or []}
        paths = unread.wanted(list(found), self._patterns)
        if not paths:
            raise Wrong(f"{self.text} at {self._revision}: none of its {len(found)} files is wanted: check `patterns`")
        unsafe = [path for path in paths if not is_safe(path)]
        if unsafe:
            raise Wrong(f"{self.text} at {self._revision}: {unsafe[0]!r} is no file name that a cache takes: leave it out by `patterns`")
        return [_file(found[path]) for path in paths]

    def fetch(self, file, folder):
        """Bring a file into `folder`; over broken connections the client goes on, a killed one begins the file anew."""
        return self._patiently(
            lambda: self._hub.hf_hub_download(
                self._id, file.path, revision=self._revision, local_dir=folder, endpoint=self._endpoint
            )
        )

    def _patiently(self, ask):
        """The answer, after waits for what passes; raises Wrong or Failed with what to do."""
        errors = self._hub.errors
        for attempt in range(TRIES):
            try:
                return ask()
            except errors.GatedRepoError:
                raise Wrong(f"{self.text} is gated: accept its terms with the account of HF_TOKEN, or give a token that may read it") from None
            except errors.RevisionNotFoundError:
                raise Wrong(f"{self.text} has no commit {self._revision}") from None
            except errors.RepositoryNotFoundError:
                raise Wrong(f"{self.text}: the hub has no such model, or HF_TOKEN may not see it") from None
            except errors.HFValidationError as failure:
                raise Wrong(f"{self.text}: {_first_line(failure)}") from None
            except errors.EntryNotFoundError as failure:
                if not isinstance(failure, errors.LocalEntryNotFoundError):
                    raise Wrong(f"{self.text} at {self._revision}: {_first_line(failure)}") from None
                self._wait(attempt, failure)
            except errors.HfHubHTTPError as failure:
                status = getattr(failure.response, "status_code", None)
                if status in (401, 403):
                    raise Wrong(f"{self.text}: the hub refuses HF_TOKEN (HTTP {status}): check that it is valid and may read the model") from None
                self._wait(attempt, failure)
            except Exception as failure:
                # An error of the disk has a number. The rest is what the client's HTTP library throws, which one it is
                # differs between versions.
                if getattr(failure, "errno", None):
                    raise
                self._wait(attempt, failure)
        raise AssertionError("_wait raises at the last try")

    def _wait(self, attempt, failure):
        # The client wraps what happened when it asked for a file's headers.
        response = getattr(failure, "response", None) or getattr(failure.__cause__, "response", None)
        status = getattr(response, "status_code", None)
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        seconds = int(asked) if asked.isdigit() else min(60, 2**attempt)
        why = f"HTTP {status}" if status else type(failure).__name__
        if status == 429:
            why = "its rate limit (HTTP 429; a token of HF_TOKEN has a higher one)"
        if attempt == TRIES - 1 or seconds > LONGEST_WAIT_SECONDS:
            raise Failed(f"{self.text}: {why}: {_first_line(failure)}") from None
        say(f"the hub answers with {why}: waits", seconds=seconds)
        time.sleep(seconds)


def _first_line(failure):
    return str(failure).strip().partition("\n")[0]


def _file(sibling):
    """LFS has SHA-256, git has blob ids."""
    lfs = sibling.lfs
    if lfs is None:
        return File(sibling.rfilename, sibling.size, None, sibling.blob_id)
    get = lfs.get if isinstance(lfs, dict) else lambda name: getattr(lfs, name)
    return File(sibling.rfilename, get("size"), get("sha256"))
