/** Whether the network policy keeps out who has no business with a model. */
import { type Check, fail, pass, Skip } from "../check.js";
import type { Probe } from "../probe.js";
import type { Target } from "../target.js";
import type { WantedRelease } from "../wanted.js";

/** @param probe absent where nobody asked for one */
export function networkCheck(target: Target, release: WantedRelease, probe: Probe | undefined): Check {
  return {
    name: "network",
    subject: release.name,
    next: target.kubectl(`describe networkpolicy ${release.name}`),
    run: async () => {
      if (probe === undefined) throw new Skip("needs a pod outside: --probe");
      const [pod] = await target.readyPods(release);
      const outcome = await probe.outcome(pod!);
      const from = `from a pod in namespace ${probe.namespace}`;
      if (outcome === "open") return fail(`${pod!.metadata.name} can be reached ${from}`);
      if (outcome === "not tried") throw new Skip(`${pod!.metadata.name} has no address`);
      return pass(`${pod!.metadata.name} cannot be reached ${from}: ${outcome}`);
    },
  };
}
