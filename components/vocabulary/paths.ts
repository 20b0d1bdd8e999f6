/** Paths in the container of a runtime. */

/** Where the cache volume is mounted; everything that vLLM writes goes below it. */
export const CACHE_PATH = "/cache";

/** Where a release's chat template is mounted, and the file in it. */
export const TEMPLATE_FOLDER = "/etc/vllm/templates";
export const TEMPLATE_FILE = "chat.jinja";
