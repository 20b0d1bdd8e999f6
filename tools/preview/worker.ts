/** A second thread for large stacks; see judge.ts. */
import "../lightSdk.js";
import { parentPort, workerData } from "node:worker_threads";
import { markSound } from "../../components/checks/sound.js";
import { type Job, takeBatches } from "./batch.js";

const job = workerData as Job;
// Checked by the first thread; the copies that came here do not say so.
for (const { releases } of job.config.models) for (const plan of releases.values()) markSound(plan);

// What is thrown here ends the thread with an error, which the first thread sees.
void takeBatches(job, (batch) => parentPort!.postMessage(batch));
