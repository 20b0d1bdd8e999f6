"""A prefix of S3 that an artifact is filled from: `manifest.json` in it says what there is, and gives the revision."""

import os

import manifest
from places import place_of
from program import Wrong


class BucketSource:
    """Files under a prefix."""

    def __init__(self, artifact, where):
        self._place = place_of(artifact["source"], where)
        self._artifact = artifact
        self.text = self._place.name().rstrip("/")

    def files(self):
        """The files that the manifest names, once it is the one that the revision stands for."""
        where = self._place.name(manifest.FILE_NAME)
        body = self._place.read(manifest.FILE_NAME)
        if body is None:
            raise Wrong(f"{where}: there is no manifest: make it with `python3 manifest.py FOLDER` and upload it")
        got = manifest.revision_of(body)
        if got != self._artifact["revision"]:
            raise Wrong(f"{where}: its hash begins with {got}, the revision is {self._artifact['revision']}: state the one that was reviewed")
        return manifest.parse(body, where)

    def fetch(self, file, folder):
        """Bring a file into `folder`, going on after what is there of it."""
        path = os.path.join(folder, file.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        have = os.stat(path).st_size if os.path.exists(path) else 0
        if have < file.size or not os.path.exists(path):
            with open(path, "ab") as out:
                for chunk in self._place.stream(file.path, have, file.size):
                    out.write(chunk)
        return path
