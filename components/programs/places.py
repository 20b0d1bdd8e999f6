"""A place that programs read and write by names: a folder, or a prefix of an S3 bucket. A URL is read only.

    {"folder": "/data/runs"} | {"s3": {"bucket": …, "prefix": …, "region"?: …, "endpoint"?: …}}
    for one file: {"file": "/data/in.jsonl"} | {"s3": {"bucket": …, "key": …}} | {"url": "https://…"}
"""

import os
import secrets
import shutil
import tempfile

import web
from program import Failed, Wrong
from s3 import S3, Item

COPY_BYTES = 8 << 20


def place_of(spec, where="place"):
    """The place that `spec` names; `where` is its key in the input, for messages."""
    if set(spec) == {"folder"}:
        return Folder(spec["folder"])
    if set(spec) == {"s3"}:
        s3 = spec["s3"]
        return S3Prefix(_bucket(s3, where), s3.get("prefix", ""))
    raise Wrong(f"{where}: one of `folder` and `s3` is wanted, got {', '.join(sorted(spec)) or 'nothing'}")


def file_of(spec, where="file"):
    """`(place, name)` of the one file that `spec` names."""
    if set(spec) == {"file"}:
        folder, name = os.path.split(spec["file"])
        return Folder(folder), name
    if set(spec) == {"s3"}:
        s3 = spec["s3"]
        return S3Prefix(_bucket(s3, where), ""), s3["key"]
    if set(spec) == {"url"}:
        return Url(spec["url"]), ""
    raise Wrong(f"{where}: one of `file`, `s3` and `url` is wanted, got {', '.join(sorted(spec)) or 'nothing'}")


def _bucket(s3, where):
    if not s3.get("bucket"):
        raise Wrong(f"{where}.s3: `bucket` is missing")
    return S3(s3["bucket"], s3.get("region"), s3.get("endpoint"))


class Folder:
    """Files under a folder; names have `/` between their parts."""

    def __init__(self, root):
        self.root = root

    def name(self, name=""):
        """As a message names a file."""
        return os.path.join(self.root, name) if name else self.root

    def read(self, name):
        """The bytes of a small file, None when there is none."""
        try:
            with open(self.name(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def size(self, name):
        """Bytes of a file, None when there is none."""
        try:
            return os.stat(self.name(name)).st_size
        except FileNotFoundError:
            return None

    def stream(self, name, start=0, end=None):
        """Yield the bytes of a file from `start` to before `end`."""
        try:
            with open(self.name(name), "rb") as file:
                file.seek(start)
                while chunk := file.read(COPY_BYTES if end is None else min(COPY_BYTES, end - file.tell())):
                    yield chunk
        except FileNotFoundError:
            raise Wrong(f"{self.name(name)}: there is no such file") from None

    def write(self, name, body):
        """Write a small file: whole or not at all, and on the disk before this returns."""
        with self.writing(name) as file:
            file.write(body)

    def create(self, name, body):
        """Write a small file only where none is; False when one is there."""
        path = self.name(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
<<<<<<< HEAD
        draft = _draft_of(path)
=======
        draft = _draft(path)
>>>>>>> batchk
        with open(draft, "wb") as file:
            file.write(body)
            _to_disk(file)
        try:
            # A link is exclusive and shows a whole file, on NFS, too.
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:
            # No links here (SMB, FUSE): exclusive all the same, and half a file for a moment.
            return _create_in_place(path, body)
        finally:
            os.unlink(draft)
        return True

    def upload(self, name, path):
        """Bring a local file here."""
        with self.writing(name) as file, open(path, "rb") as source:
            shutil.copyfileobj(source, file, COPY_BYTES)

    def list(self, under=""):
        """Yield every file under a folder, in the order of names."""
        found = []
        for folder, _, names in os.walk(self.name(under)):
            for name in names:
                path = os.path.join(folder, name)
                try:
                    stat = os.stat(path)
                except FileNotFoundError:
                    continue
                found.append(Item(os.path.relpath(path, self.root), stat.st_size, stat.st_mtime))
        yield from sorted(found)

    def beginning(self, prefix):
        """Yield the files of one folder whose names begin with `prefix`, in no order."""
        folder, start = os.path.split(prefix)
        try:
            entries = list(os.scandir(self.name(folder)))
        except FileNotFoundError:
            return
        for entry in entries:
            if entry.name.startswith(start):
                try:
                    stat = entry.stat()
                except FileNotFoundError:
                    continue
                yield Item(os.path.join(folder, entry.name), stat.st_size, stat.st_mtime)

    def delete(self, name):
        """Remove a file; one that is not there is no fault."""
        try:
            os.unlink(self.name(name))
        except FileNotFoundError:
            pass

<<<<<<< HEAD
=======
    def delete_all(self, under):
        """Remove a folder with all that is in it."""
        shutil.rmtree(self.name(under), ignore_errors=True)

    def now(self):
        """The time of the file system, in seconds: of a network's it is the server's, as that of `list` is."""
        os.makedirs(self.root, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.root, prefix=".clock.") as file:
            file.write(b".")
            _to_disk(file)
            return os.stat(file.name).st_mtime

>>>>>>> batchk
    def writing(self, name):
        """A file to write to in a `with`: it appears at its end, if nothing failed, and on the disk."""
        return _Replacing(self.name(name))


<<<<<<< HEAD
def _draft_of(path):
    """A name for a file that is not whole: by chance, as every pod's program is process 1 and two may share the folder."""
=======
def _draft(path):
    """A name beside a file that no other process takes: pods that share a folder all have process 1."""
>>>>>>> batchk
    return f"{path}.{secrets.token_hex(4)}.new"


def _create_in_place(path, body):
    try:
        with open(path, "xb") as file:
            file.write(body)
            _to_disk(file)
    except FileExistsError:
        return False
    return True


class _Replacing:
    """A file under another name that takes its own at the end, if nothing failed."""

    def __init__(self, path):
<<<<<<< HEAD
        self._path, self._draft = path, _draft_of(path)
=======
        self._path, self._draft = path, _draft(path)
>>>>>>> batchk

    def __enter__(self):
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        self._file = open(self._draft, "wb")
        return self._file

    def __exit__(self, kind, _value, _trace):
        try:
            if kind is None:
                _to_disk(self._file)
                os.replace(self._draft, self._path)
        finally:
            self._file.close()
            if os.path.exists(self._draft):
                os.unlink(self._draft)
        if kind is None:
            sync_folder(os.path.dirname(self._path))


def _to_disk(file):
    file.flush()
    os.fsync(file.fileno())


def sync_folder(path):
    """Bring the names in a folder to the disk: a file's own fsync does not."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class S3Prefix:
    """Objects under a prefix, with the operations of Folder."""

    def __init__(self, s3, prefix):
        self.s3 = s3
        self.prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""

    def key(self, name):
        """The whole key of a name."""
        return self.prefix + name

    def name(self, name=""):
        return self.s3.name(self.key(name))

    def read(self, name):
        found = self.s3.read(self.key(name))
        return found and found[0]

    def size(self, name):
        head = self.s3.head(self.key(name))
        return head and head.size

    def stream(self, name, start=0, end=None):
        return self.s3.stream(self.key(name), start, end)

    def write(self, name, body):
        self.s3.put(self.key(name), body)

    def create(self, name, body):
        return self.s3.put(self.key(name), body, if_none=True) is not None

    def upload(self, name, path):
        with open(path, "rb") as file:
            self.s3.upload(self.key(name), file, os.stat(path).st_size)

    def writing(self, name):
        return self.s3.writing(self.key(name))

    def list(self, under=""):
        yield from self.beginning(under.rstrip("/") + "/" if under else "")

    def beginning(self, prefix):
        for item in self.s3.list(self.key(prefix)):
            yield item._replace(name=item.name[len(self.prefix) :])

    def delete(self, name):
        self.s3.delete(self.key(name))

    def delete_all(self, under):
        for item in list(self.list(under)):
            self.delete(item.name)

    def now(self):
        return self.s3.now()


class Url:
    """One file of a web server, read only. Redirects are not followed: a redirect could lead into the cluster."""

    def __init__(self, url):
        if not url.startswith(("https://", "http://")):
            raise Wrong(f"{web.without_query(url)}: a URL of http or https is wanted")
        self.url = url

    def name(self, _name=""):
        return web.without_query(self.url)

    def size(self, _name=""):
        """Bytes of the file, None when the server does not say."""
        answer = web.request("HEAD", self.url)
        if answer.status != 200:
            # Presigned URLs are signed for GET alone.
            return None
        return int(answer.headers["content-length"]) if "content-length" in answer.headers else None

    def stream(self, _name="", start=0, end=None):
        return web.download(self.url, dict, self._refuse, start, end)

    def _refuse(self, answer):
        kind = Failed if answer.status >= 500 else Wrong
        raise kind(f"{self.name()}: HTTP {answer.status} in place of the file")
