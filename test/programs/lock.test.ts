/** Locks in a folder and in S3: one holder, whoever dies. */
import assert from "node:assert/strict";
import { S3_KEYS } from "../../tools/standIns/s3Server.js";
import { cacheFolder, filesUnder, removeCaches } from "./model.js";
import { python } from "./python.js";
import { useS3Server } from "./s3Server.js";

const OPEN = `
import os, threading, time
import lock
from places import place_of
place = place_of(given["place"])
def new(stale=1.2, owner=None, **more):
    return lock.Lock(place, "weights/m/.r.lock", owner or lock.new_owner(), stale, **more)
`;

describe("a lock", () => {
  const s3 = useS3Server({ faults: 3 });
  before(() => s3().makeBucket("locks"));
  after(removeCaches);

  const kinds: [string, () => { place: object; files: () => Promise<string[]> }][] = [
    [
      "in a folder",
      () => {
        const folder = cacheFolder();
        return { place: { folder }, files: () => Promise.resolve(filesUnder(folder)) };
      },
    ],
    [
      "in S3",
      () => {
        const prefix = `p${Math.random()}`;
        return { place: { s3: s3().place("locks", prefix) }, files: () => s3().keys("locks", prefix) };
      },
    ],
  ];

  for (const [kind, place] of kinds) {
    describe(kind, () => {
      it("is held by one of many at a time, and leaves nothing", async () => {
        const { place: at, files } = place();
        const code = `
inside, most, count = 0, 0, 0
def work(_):
    global inside, most, count
    guard = new(30)
    guard.acquire()
    inside += 1
    most, count = max(most, inside), count + 1
    time.sleep(0.02)
    inside -= 1
    guard.release()
lock.WAIT_SECONDS = 0.02
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    list(pool.map(work, range(8)))
result = [most, count]
`;
        assert.deepEqual(await python(OPEN + code, { place: at }, S3_KEYS), [1, 8]);
        assert.deepEqual(await files(), []);
      });

      it("is renewed while it is held, taken over when it is not, and never by two", async () => {
        const { place: at } = place();
        const code = `
held = new()
held.acquire()
time.sleep(2.5)
alive = [new().acquire(wait=False), lock.holder(place, "weights/m/.r.lock", 1.2) is not None]
held._ended.set()
time.sleep(2.5)
stale = lock.holder(place, "weights/m/.r.lock", 1.2)
won = []
def try_it():
    guard = new()
    if guard.acquire(wait=False):
        won.append(guard)
threads = [threading.Thread(target=try_it) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
[guard.release() for guard in won]
result = [alive, stale, len(won)]
`;
        assert.deepEqual(await python(OPEN + code, { place: at }, S3_KEYS), [[false, true], null, 1]);
      });
    });
  }

  it("says who holds it, with what the holder says of its work", async () => {
    const code = `
held = new(owner="pod-a", about=lambda: {"total": 7})
held.acquire()
result = lock.holder(place, "weights/m/.r.lock", 5)
held.release()
`;
    const place = { folder: cacheFolder() };
    assert.deepEqual(await python(OPEN + code, { place }), { owner: "pod-a", total: 7 });
  });

  it("is not waited for once waiting is pointless", async () => {
    const code = `
lock.WAIT_SECONDS = 0.02
held = new()
held.acquire()
asked = []
result = new().acquire(pointless=lambda: bool(asked.append(1)) or len(asked) > 2)
held.release()
`;
    assert.equal(await python(OPEN + code, { place: { folder: cacheFolder() } }), false);
  });
});
