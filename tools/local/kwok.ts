/** KWOK, which plays the kubelets of the simulated nodes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Binaries } from "./build.js";
import type { Folders } from "./folders.js";
import { moduleFolder } from "./go.js";
import { SIMULATED_NODE } from "./nodes.js";
import { start, type Started } from "./processes.js";
import { stagesText } from "./stages.js";

/** Addresses of pods. Nobody can reach them. */
const POD_CIDR = "10.128.0.1/16";

/** @param kubeconfig of the cluster; KWOK looks after its simulated nodes alone */
export async function startKwok(
  binaries: Pick<Binaries, "kwok">,
  folders: Folders,
  kubeconfig: string,
): Promise<Started> {
  const config = join(folders.run, "kwok.yaml");
  writeFileSync(config, stagesText(await moduleFolder("kwok")));
  return start(
    "kwok",
    binaries.kwok,
    [
      `--kubeconfig=${kubeconfig}`,
      `--config=${config}`,
      `--manage-nodes-with-annotation-selector=${SIMULATED_NODE.key}=${SIMULATED_NODE.value}`,
      `--cidr=${POD_CIDR}`,
      "--node-lease-duration-seconds=40",
    ],
    folders,
  );
}
