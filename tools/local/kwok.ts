/** KWOK, which simulates the kubelets of the nodes. */
import { join } from "node:path";
import { LOCAL_RUN } from "../../components/vocabulary/labels.js";
import type { Binaries } from "./build.js";
import { type Folders, writePrivate } from "./folders.js";
import { moduleFolder } from "./go.js";
import { start, type Started } from "./processes.js";
import { stagesText } from "./stages.js";

/** Addresses of pods. Nobody can reach them. */
const POD_CIDR = "10.128.0.1/16";

/** @param kubeconfig of the cluster; KWOK manages only the run's nodes */
export async function startKwok(
  binaries: Pick<Binaries, "kwok">,
  folders: Folders,
  kubeconfig: string,
  run: string,
): Promise<Started> {
  const config = join(folders.run, "kwok.yaml");
  writePrivate(config, stagesText(await moduleFolder("kwok")));
  return start(
    "kwok",
    binaries.kwok,
    [
      `--kubeconfig=${kubeconfig}`,
      `--config=${config}`,
      `--manage-nodes-with-annotation-selector=${LOCAL_RUN}=${run}`,
      `--cidr=${POD_CIDR}`,
      "--node-lease-duration-seconds=40",
    ],
    folders,
  );
}
