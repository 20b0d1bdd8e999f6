/** Paths in the container of a runtime. */

/** Where the cache volume is mounted; everything that vLLM writes goes below it. */
export const CACHE_PATH = "/cache";
