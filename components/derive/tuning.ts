/** Every constant that derived values rest on. Retuning one changes what is deployed, and no contract and no hash. */
export const TUNING = {
  /** vLLM runs a process for the API server, one for the engine core and one a GPU, each of which can keep a core busy. */
  cpus: { base: 2, perGpu: 1 },
  /** Host memory of the API server and the engine core, and of one worker with its CUDA libraries and pinned buffers. */
  memoryGiB: { server: 6, worker: 4 },
  /** Workers pass tensors through /dev/shm under tensor parallelism. */
  sharedMemoryGiB: { base: 2, perGpuOfSeveral: 2 },
  disk: {
    /** Of the weights: room for a download's temporary files. */
    weightsFactor: 1.1,
    /** torch.compile, Triton and CUDA caches, and the hub client's chunk cache. */
    compiledCodeGiB: 10,
    /** Room for /tmp: sockets and what Python unpacks. */
    temporaryGiB: 2,
  },
  start: {
    /** Engine start without the download: loading, a cold compilation, CUDA graphs, warm-up. */
    engineSeconds: 300,
    /** A pessimistic download from the hub: 100 MiB/s. */
    downloadGiBPerSecond: 0.1,
    /** A new node and the pull of a 10 GB image, before the container starts. */
    nodeSeconds: 900,
  },
  fill: {
    /** Hashing keeps a core busy while files come. */
    cpus: 1,
  },
  stop: {
    /** Between the decision to stop a pod and SIGTERM, so that proxies have stopped sending to it. */
    preStopSeconds: 10,
    /** For vLLM to exit once its requests are done. */
    exitSeconds: 20,
  },
  batch: {
    /** From SIGTERM to SIGKILL: what is finished is written, within the two minutes that a spot node gives notice. */
    graceSeconds: 100,
    /** A shard and its results on the node's disk: some 100 KiB a line of 50,000 lines, in and out. */
    scratchGiB: 10,
    /** What checks, cuts, sends and joins reads files line by line. */
    helper: { cpus: 0.5, memoryGiB: 1 },
    /** For the conductor beside the run itself: reading the input, cutting it, joining the results. */
    conductorSeconds: 3600,
  },
  scaling: {
    /** Share of the KV cache in use at which a replica is full: beyond it vLLM starts to preempt requests. */
    kvCacheTarget: 0.85,
  },
};
