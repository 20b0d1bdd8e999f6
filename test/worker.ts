/**
 * What mocha loads into each of its processes.
 *
 * A process writes its coverage as it exits. Mocha's pool of workers gives that one second (`workerTerminateTimeout` of workerpool), which is
 * too little for what this project's tests load, and then sends SIGTERM: coverage was missing, and by chance.
 */
import fc from "fast-check";

if (process.env["MOCHA_WORKER_ID"] !== undefined) process.on("SIGTERM", () => undefined);

/**
 * Properties are tried with the same inputs in every run, so that what passes here passes in CI. New inputs are looked for on purpose:
 * `FAST_CHECK_SEED=random npm test`, or a number, which a failure prints.
 */
const seed = process.env["FAST_CHECK_SEED"] ?? "20261127";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });
