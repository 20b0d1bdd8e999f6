/** Where a release's compiled code is kept. */
import { parseImage } from "../../config/image.js";
import { COMPILED_FOLDER } from "../../vocabulary/paths.js";
import { runtimeName } from "../objects.js";
import type { RuntimePlan } from "../plan.js";

/** Below the cache: code that another image, GPU or release has compiled is of no use to this one. */
export function compiledFolder(plan: Pick<RuntimePlan, "name" | "release" | "image" | "gpu">): string {
  const image = parseImage(plan.image);
  // An image without a digest is allowed outside prod: its tag has to do.
  const version = image?.digest?.replace("sha256:", "").slice(0, 12) ?? image?.tag ?? "latest";
  return `${COMPILED_FOLDER}/${version}/${plan.gpu.type}/${runtimeName(plan)}`;
}
