#!/bin/bash
# Starts vLLM as its pod does: uid 2000, a read-only root, no way out of its network, weights read-only, caches in a folder of their own.
# as_pod.sh PYTHON MODEL CACHE: as root
set -euo pipefail
export PYTHON=$1 MODEL=$2 CACHE=$3 HERE=$(dirname "$0")
chown -R 2000:2000 "$CACHE"
exec unshare --mount --net --pid --fork --kill-child bash -euc '
  mount --make-rprivate /
  mount -t proc proc /proc
  ip link set lo up
  # /mnt stands for the roots of the pod: /mnt/models and /mnt/cache.
  BASE=$("$PYTHON" -c "import sys; print(sys.base_prefix)")
  mount -t tmpfs tmpfs /mnt
  mkdir /mnt/models /mnt/cache /mnt/python /mnt/here
  mount --bind "$MODEL" /mnt/models
  mount -o remount,bind,ro /mnt/models
  mount --bind "$CACHE" /mnt/cache
  mount --bind "$HERE" /mnt/here
  # An interpreter below /root is out of the reach of others.
  if [[ $BASE == /root/* ]]; then
    mount --bind "$BASE" /mnt/python
    mount -t tmpfs -o mode=755 tmpfs /root
    mkdir -p "$BASE"
    mount --bind /mnt/python "$BASE"
    mount -o remount,bind,ro "$BASE"
  fi
  for folder in /tmp /dev/shm; do mount -t tmpfs -o mode=1777 tmpfs $folder; done
  mount -o remount,bind,ro /
  "$PYTHON" /mnt/here/serve.py "$PYTHON"
'
