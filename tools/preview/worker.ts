/** A second thread for large stacks; see judge.ts. */
import "../lightSdk.js";
import { parentPort, workerData } from "node:worker_threads";
import { type Job, takeBatches } from "./batch.js";

// What is thrown here ends the thread with an error, which the first thread sees.
void takeBatches(workerData as Job, (batch) => parentPort!.postMessage(batch));
