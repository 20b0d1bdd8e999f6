"""Conducts a batch from its input to its output, in a pod without a GPU: `python3 batch_conduct.py SPEC.json`.

    {the keys of batch_split.py, "workers": {"job": the manifest of an Indexed Job of workers, without name, completions
     and parallelism, "parallelism": pods at once, "pollSeconds"?: default 5}}

Cuts the input, makes the Job of workers for the shards that are not done, waits for it, joins. Each step finds what is
done already, so another pod goes on where one ended. Variables: JOB_NAME and JOB_UID of the conductor's own Job, which
owns the workers' (removing it removes them); BATCH_RUN where the run has another name than the Job.
Exit code 2: the input is refused, or shards failed for good; what is done of them stays in the run folder.
"""

import copy
import hashlib
import os
import signal
import sys
import time

import batch_folder
from batch_folder import RunFolder, key_of, numbers, ranges
from batch_join import join
from batch_jobs import Jobs, condition
from batch_split import SHOWN, split
from program import Failed, Wrong, run, say

SAY_SECONDS = 30
# A pod is named <job>-<index>-<5 letters>, in at most 63: the index has up to five digits.
NAME_LENGTH = 63 - len("-99999-abcde")
# A variable longer than 128 KiB keeps a program from starting (MAX_ARG_STRLEN of Linux).
SHARDS_LENGTH = 100_000


def workers_name(job_name):
    """The workers' Job of a conductor's Job."""
    name = f"{job_name}-workers"
    if len(name) <= NAME_LENGTH:
        return name
    return f"{name[: NAME_LENGTH - 9].rstrip('-.')}-{hashlib.sha256(job_name.encode()).hexdigest()[:8]}"


def workers_job(workers, owner, run_name, pending):
    """The manifest of the Job that runs the pending shards; what the spec's says of queue and suspension stays."""
    job = copy.deepcopy(key_of(workers, "job", dict))
    job["metadata"] = {
        **job.get("metadata", {}),
        "name": workers_name(owner["name"]),
        "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", **owner}],
    }
    job["spec"].update({
        "completionMode": "Indexed",
        "completions": len(pending),
        "parallelism": min(key_of(workers, "parallelism", int), len(pending)),
    })
    values = {"BATCH_RUN": run_name, "BATCH_SHARDS": ranges(pending)}
    for container in job["spec"]["template"]["spec"]["containers"]:
        others = [entry for entry in container.get("env", []) if entry["name"] not in values]
        container["env"] = others + [{"name": name, "value": value} for name, value in values.items()]
    return job


def shards_of(job):
    """The shards that a Job of workers has, by index."""
    env = job["spec"]["template"]["spec"]["containers"][0].get("env", [])
    return numbers(next((entry["value"] for entry in env if entry["name"] == "BATCH_SHARDS"), ""))


class Conductor:
    """The steps between the cut and the join."""

    def __init__(self, spec):
        self._folder, self._workers = RunFolder(spec), key_of(spec, "workers", dict)
        self._poll_seconds = self._workers.get("pollSeconds", 5)
        self._owner = {"name": os.environ.get("JOB_NAME", ""), "uid": os.environ.get("JOB_UID", "")}
        if not all(self._owner.values()):
            raise Wrong("JOB_NAME, JOB_UID: name and uid of the conductor's Job are wanted in them")
        self._jobs = Jobs()
        # What the shards say that are done, read once each.
        self._done = {}

    def run_workers(self, info):
        """Return once every shard is done."""
        pending = self._folder.pending(info)
        if not pending:
            return
        job = self._watch(self._adopt_or_create(pending), info)
        failed = condition(job, "Failed")
        if failed:
            raise Wrong(self._missing(job, failed, info))
        pending = self._folder.pending(info)
        if pending:
            raise Failed(f"Job {job['metadata']['name']} is complete, shards without a result: {ranges(pending)}")

    def _adopt_or_create(self, pending):
        name = workers_name(self._owner["name"])
        if len(ranges(pending)) > SHARDS_LENGTH:
            # Workers of shards that are done end at once.
            pending = range(pending[-1] + 1)
        job = self._jobs.get(name)
        if job is None:
            job = self._jobs.create(workers_job(self._workers, self._owner, self._folder.run_name, pending)) or self._jobs.get(name)
            say(f"Job {name} is made", shards=len(pending), parallelism=job["spec"]["parallelism"])
        owners = [owner["uid"] for owner in job["metadata"].get("ownerReferences", [])]
        if self._owner["uid"] not in owners:
            raise Wrong(f"Job {name} is there and not of this run (owners: {', '.join(owners) or 'none'}): remove or rename it")
        return job

    def _watch(self, job, info):
        """The Job once it is complete or failed."""
        name, said = job["metadata"]["name"], 0
        while not (condition(job, "Complete") or condition(job, "Failed")):
            if time.monotonic() - said > SAY_SECONDS or not said:
                said = time.monotonic()
                self._say_progress(job, info)
            time.sleep(self._poll_seconds)
            job = self._jobs.get(name)
            if job is None:
                raise Failed(f"Job {name} was removed while it ran: the next pod makes it again")
        self._say_progress(job, info)
        return job

    def _say_progress(self, job, info):
        finished = self._folder.finished()
        for number in finished - self._done.keys():
            self._done[number] = self._folder.read_json(batch_folder.done(number)) or {}
        # Few: shards in work and interrupted ones.
        states = [name for name in self._folder.names("partial") if name.endswith(".json")]
        running = [name for name in states if int(name[len("partial/") : -len(".json")]) not in finished]
        open_states = [self._folder.read_json(name) or {} for name in running]
        lines = sum(size_of(number, info) for number in finished) + sum(state.get("answered", 0) for state in open_states)
        starts = [*self._done.values(), *open_states]
        status = job.get("status", {})
        say(
            "waiting in the queue" if job["spec"].get("suspend") else "running",
            shards=f"{len(finished)}/{info['shards']}", requests=f"{lines}/{info['requests']}",
            pods=status.get("active", 0), failed=status.get("failedIndexes") or 0,
            interruptions=sum(state.get("starts", 1) - 1 for state in starts),
            workerSeconds=round(sum(state.get("seconds", 0) for state in starts)),
        )

    def _missing(self, job, failed, info):
        """Which shards failed, and why."""
        shards = shards_of(job)
        indexes = numbers(job["status"].get("failedIndexes", ""))
        lines = [f"Job {job['metadata']['name']} failed: {failed.get('reason')}: {failed.get('message')}"]
        for number in [shards[index] if index < len(shards) else index for index in indexes][:SHOWN]:
            state = self._folder.read_json(batch_folder.state(number)) or {}
            lines.append(f"shard {number}: {state.get('failure') or 'its pod left no reason: see the log or the events of its pod'}")
        if len(indexes) > SHOWN:
            lines.append(f"and {len(indexes) - SHOWN} more")
        pending = self._folder.pending(info)
        done = info["shards"] - len(pending)
        lines.append(f"shards without a result: {ranges(pending)}; {done} of {info['shards']} are done and stay in {self._folder.shown()}")
        lines.append(f"a new Job with the variable BATCH_RUN={self._folder.run_name} goes on with the others")
        return "\n".join(lines)


def size_of(number, info):
    """Requests of a shard: all have the same but the last."""
    size = info["cut"]["shardLines"]
    return min(size, info["requests"] - number * size)


def conduct(spec):
    # Process 1 of a container does not get SIGTERM without a handler. Nothing is lost: every step may be repeated.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(1))
    folder = RunFolder(spec)
    if not folder.exists(batch_folder.OUTPUT):
        conductor = Conductor(spec)
        conductor.run_workers(split(spec))
    join(spec)


if __name__ == "__main__":
    run(conduct)
