import assert from "node:assert/strict";

import { noServiceAccountToken } from "../../../../policies/rules/pod/noServiceAccountToken.js";
import { deployment, type Json, messages, plainPod, resource } from "../../fixtures.js";

type Changes = { [key: string]: Json };

describe("no-service-account-token", () => {
  it("accepts a runtime without token, and asks nothing of other pods", async () => {
    assert.deepEqual(await messages(noServiceAccountToken, [deployment(), plainPod()]), []);
  });

  it("refuses a runtime with one, the default included", async () => {
    for (const [value, shown] of [
      [undefined, "not set"],
      [true, "true"],
    ] as const) {
      const mounted = deployment({ pod: { automountServiceAccountToken: value } });
      assert.deepEqual(await messages(noServiceAccountToken, mounted), [
        `automountServiceAccountToken is ${shown}: set it to false in the pod's spec`,
      ]);
    }
  });

  const account = (props: Changes = { automountServiceAccountToken: false }, name = "chat", namespace = "models") =>
    resource("kubernetes:core/v1:ServiceAccount", "sa", { metadata: { name, namespace }, ...props });
  const named = (pod: Changes = {}) =>
    deployment({ pod: { automountServiceAccountToken: undefined, serviceAccountName: "chat", ...pod } });

  it("accepts a token that the pod's own account switches off, the namespace's default account included", async () => {
    for (const stack of [
      [named(), account()],
      [named({ serviceAccountName: undefined, serviceAccount: "chat" }), account()],
      [named({ serviceAccountName: undefined }), account(undefined, "default")],
      [named({ automountServiceAccountToken: null }), account()],
      [
        named(),
        resource("kubernetes:core/v1:ServiceAccountList", "l", {
          items: [{ metadata: { name: "chat", namespace: "models" }, automountServiceAccountToken: false }],
        }),
      ],
    ]) {
      assert.deepEqual(await messages(noServiceAccountToken, stack), []);
    }
  });

  it("refuses a token that another account switches off, or that the pod switches on", async () => {
    for (const stack of [
      [named(), account({})],
      [named(), account({ automountServiceAccountToken: true })],
      [named(), account(undefined, "other")],
      [named(), account(undefined, "chat", "elsewhere")],
      [named({ serviceAccountName: undefined }), account()],
      [named({ automountServiceAccountToken: true }), account()],
    ]) {
      assert.equal((await messages(noServiceAccountToken, stack)).length, 1);
    }
  });

  const mounted = (volume: Changes, container: Changes = { volumeMounts: [{ name: "t", mountPath: "/t" }] }) =>
    deployment({ pod: { volumes: [{ name: "t", ...volume }] }, container });
  const projected = (serviceAccountToken: Json) => ({
    projected: { sources: [{ configMap: { name: "ca" } }, { serviceAccountToken }] },
  });

  it("refuses a token in a volume that a container mounts", async () => {
    const secret = resource("kubernetes:core/v1:Secret", "token", {
      metadata: { name: "token", namespace: "models" },
      type: "kubernetes.io/service-account-token",
    });
    for (const stack of [
      [mounted(projected({ path: "token" }))],
      [mounted(projected({ path: "token", audience: "" }))],
      [mounted(projected({ path: "token", audience: "https://kubernetes.default.svc" }))],
      [mounted({ secret: { secretName: "token" } }), secret],
      [mounted({ projected: { sources: [{ secret: { name: "token" } }] } }), secret],
    ]) {
      assert.deepEqual(await messages(noServiceAccountToken, stack), [
        'volume "t" holds a token for the Kubernetes API: remove it, vLLM calls no API',
      ]);
    }
  });

  it("accepts tokens for others, volumes that nothing mounts, and other Secrets", async () => {
    const secret = resource("kubernetes:core/v1:Secret", "token", {
      metadata: { name: "token", namespace: "models" },
      type: "Opaque",
    });
    for (const stack of [
      [mounted(projected({ path: "token", audience: "sts.amazonaws.com" }))],
      [mounted(projected({ path: "token", audience: "api://AzureADTokenExchange" }))],
      [mounted(projected({ path: "token", audience: "vault" }))],
      [mounted(projected({ path: "token" }), {})],
      [mounted({ secret: { secretName: "token" } }), secret],
      [mounted({ secret: { secretName: "token" } })],
    ]) {
      assert.deepEqual(await messages(noServiceAccountToken, stack), []);
    }
  });
});
