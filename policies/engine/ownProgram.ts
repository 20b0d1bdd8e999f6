/** Programs of a team's own that hold vLLM's engine: neither `vllm serve` nor a flag of vLLM's tells them. */
import { asksForDevice } from "../pods/gpus.js";
import type { Container } from "../pods/containers.js";

/** Servers of Python applications. */
const PYTHON_SERVER = /(^|\/)(uvicorn|gunicorn|hypercorn|fastapi)$/;
/** Python files that are named for what they do. */
const SERVING_FILE = /(^|[-_./])(serve|server|api|app|main|launch|launcher|start|run|entrypoint)\.py$/;
const OTHER_WORK = /bench|eval|train|profil|convert|quanti/i;
/** Variables of vLLM's own that say how the engine computes; simulators and clients know some of the others. */
const ENGINE_VARIABLE = /^VLLM_(ATTENTION_BACKEND|USE_|WORKER_|FLASH_|ALLOW_LONG_MAX_MODEL_LEN|XLA_|CPU_|ENABLE_V1_)/;

/** True for a server in Python that has a device, in an image of vLLM's. */
export function isPythonServer(container: Container, commands: readonly string[][]): boolean {
  const words = commands.flat();
  if (!asksForDevice(container) || words.some((word) => OTHER_WORK.test(word))) return false;
  return words.some((word) => PYTHON_SERVER.test(word) || SERVING_FILE.test(word));
}

/** True for a server of any image that is told how vLLM computes, and has a device. */
export function isTunedEngine(container: Container): boolean {
  return asksForDevice(container) && container.environmentNames.some((name) => ENGINE_VARIABLE.test(name));
}
