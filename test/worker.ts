/**
 * What mocha loads into each of its processes.
 *
 * A process writes its coverage as it exits. Mocha's pool of workers gives that one second (`workerTerminateTimeout` of workerpool), which is
 * too little for what this project's tests load, and then sends SIGTERM: coverage was missing, and by chance.
 */
if (process.env["MOCHA_WORKER_ID"] !== undefined) process.on("SIGTERM", () => undefined);
