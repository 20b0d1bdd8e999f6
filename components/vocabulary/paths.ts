/** Paths in the container of a runtime. */

/** Where the cache volume is mounted; everything that vLLM writes goes below it. */
export const CACHE_PATH = "/cache";

/** Where a release's chat template is mounted, and the file in it. */
export const TEMPLATE_FOLDER = "/etc/vllm/templates";
export const TEMPLATE_FILE = "chat.jinja";

/** Where the shared cache of weights is mounted, read-only. */
export const MODELS_PATH = "/models";
/** Folder of the cache that holds weights, by repository and revision. */
export const WEIGHTS_FOLDER = "weights";
/** Folder of the cache that holds compiled code, by image digest, GPU and release. */
export const COMPILED_FOLDER = "compiled";
/** Where a release's own folder of compiled code is mounted. */
export const COMPILED_PATH = "/compiled";
/** Where claims and images that are sources themselves are mounted, each by its use. */
export const SOURCES_PATH = "/sources";
/** Where the programs that run in the cluster are mounted. */
export const PROGRAMS_PATH = "/opt/pulumi-vllm";
/** Where pods without a shared folder keep files while they work on them. */
export const SCRATCH_PATH = "/scratch";
/** The variable that holds a program's input as one JSON document. */
export const SPEC_ENV = "SPEC";
