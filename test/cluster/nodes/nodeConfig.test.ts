import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LOCAL_DISKS, nodeConfig } from "../../../components/cluster/nodes/nodeConfig.js";

const USER_DATA = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  featureGates:
    FastImagePull: true
  instance:
    localStorage:
      strategy: RAID0

--//--
`;

const FOLDER = `${LOCAL_DISKS}/weights`;

const SCRIPT_PART = `--//
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
set -o errexit
mkdir --parents /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/50-weights.conf <<'UNIT'
[Service]
ExecStartPre=-/bin/bash -c 'mountpoint --quiet /mnt/k8s-disks/0 && install --directory --owner=2000 --group=2000 --mode=0770 /mnt/k8s-disks/0/weights'
UNIT
systemctl daemon-reload
`;

describe("nodeConfig", () => {
  it("has nodeadm fetch images fast, and make one volume of the instance's own disks where there are some", () => {
    assert.equal(nodeConfig({ localStorage: true }), USER_DATA);
    assert.equal(
      nodeConfig({ localStorage: false }),
      USER_DATA.replace("  instance:\n    localStorage:\n      strategy: RAID0\n", ""),
    );
  });

  it("has cloud-init tell kubelet to make the folder for weights, in a part of its own", () => {
    const end = "--//--\n";
    assert.equal(
      nodeConfig({ localStorage: true, cacheFolder: FOLDER }),
      USER_DATA.replace(end, `${SCRIPT_PART}\n${end}`),
    );
  });
});

describe("the folder for weights", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "node-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  /** Programs of a node: they note their arguments, and end as they are told. */
  function run(text: string, programs: Record<string, string>) {
    const bin = join(root, "bin");
    mkdirSync(bin, { recursive: true });
    for (const [name, status] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/bash\necho ${name} "$@" >> ${root}/called\nexit ${status}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return spawnSync("bash", ["-c", text], { env: { PATH: `${bin}:/usr/bin:/bin` }, encoding: "utf8" });
  }

  const script = (): string => {
    const [, , part] = nodeConfig({ localStorage: true, cacheFolder: FOLDER }).split(/^--\/\/(?:--)?$/m);
    return part!.slice(part!.indexOf("#!")).replaceAll("/etc/", `${root}/etc/`);
  };
  const unit = () => join(root, "etc/systemd/system/kubelet.service.d/50-weights.conf");
  const called = () => (existsSync(join(root, "called")) ? readFileSync(join(root, "called"), "utf8") : "");
  /** What the unit runs before kubelet. */
  const command = (): string => /^ExecStartPre=-\/bin\/bash -c '(.*)'$/m.exec(readFileSync(unit(), "utf8"))![1]!;

  it("is in kubelet's unit once the script has run, which systemd then reads", () => {
    assert.deepEqual(run(script(), { systemctl: "0" }).status, 0);
    assert.match(readFileSync(unit(), "utf8"), /^\[Service\]\nExecStartPre=-/);
    assert.equal(called(), "systemctl daemon-reload\n");
  });

  it("is made on the disks once they are mounted, for the user of our pods alone", () => {
    run(script(), { systemctl: "0" });
    run(command(), { mountpoint: "0", install: "0" });
    assert.deepEqual(called().split("\n").slice(1, -1), [
      `mountpoint --quiet ${LOCAL_DISKS}`,
      `install --directory --owner=2000 --group=2000 --mode=0770 ${FOLDER}`,
    ]);
  });

  it("is not made on the root volume of a node without such disks", () => {
    run(script(), { systemctl: "0" });
    run(command(), { mountpoint: "1", install: "0" });
    assert.doesNotMatch(called(), /install/);
  });
});
