/** Which flags the vLLM of an image has, as far as its tag tells. */
import { parseImage, vllmVersionOf } from "../../components/config/image.js";
import { OWN_FLAGS_SINCE } from "../../components/facts/vllm/ownFlags.js";
import { isBefore } from "../../components/facts/vllm/version.js";
import type { Container } from "../pods/containers.js";

/** True for a version from before the flag, which its parser refuses. */
export function lacksFlag(container: Container, name: string): boolean {
  const image = parseImage(container.image ?? "");
  const version = image && vllmVersionOf(image);
  const since = OWN_FLAGS_SINCE[name];
  return version !== undefined && since !== undefined && isBefore(version, since);
}
