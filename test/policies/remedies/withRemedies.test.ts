import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy";
import { secretsPreservingProxy } from "@pulumi/policy/secret";
import { Secret } from "@pulumi/policy/policy";
import fc from "fast-check";
import { REMEDIES, withRemedies } from "../../../policies/remedies/withRemedies.js";
import type { ResourceRule } from "../../../policies/rule.js";
import { rules } from "../../../policies/rules/index.js";
import { type PolicyInput, remediated, runPolicies } from "../../../tools/policyRunner.js";
import { deployment, type Json, plainPod } from "../fixtures.js";

/** What the engine wraps properties in, exported and left out of the SDK's types. */
const { unknownCheckingProxy, getSpecialProxyTarget, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: object) => Record<string, unknown>;
  getSpecialProxyTarget: string;
  unknownStringValue: string;
};

const mending = rules.filter(({ name }) => Object.hasOwn(REMEDIES, name));
const LEVELS = Object.fromEntries(mending.map(({ name }) => [name, "remediate"] as const));
const mended = async (item: PolicyInput, levels = LEVELS): Promise<PolicyInput> =>
  (await remediated([item], rules, levels))[0]!;

const securityContext = fc.record(
  {
    seccompProfile: fc.constantFrom<Json>(
      { type: "Unconfined" },
      { type: "RuntimeDefault" },
      { type: "Localhost", localhostProfile: "a" },
      null,
      3,
    ),
    capabilities: fc.record(
      { drop: fc.constantFrom<Json>(["ALL"], ["NET_RAW"], [], null), add: fc.constantFrom<Json>(["SYS_PTRACE"], []) },
      { requiredKeys: [] },
    ),
    runAsNonRoot: fc.boolean(),
    allowPrivilegeEscalation: fc.boolean(),
    readOnlyRootFilesystem: fc.boolean(),
  },
  { requiredKeys: [] },
);
const pod = fc.record(
  {
    automountServiceAccountToken: fc.boolean(),
    enableServiceLinks: fc.boolean(),
    hostNetwork: fc.boolean(),
    securityContext,
    initContainers: fc.array(fc.record({ name: fc.constant("load"), image: fc.constant("busybox"), securityContext }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
);

type Path = readonly string[];

/** The paths at which two values differ. */
function differences(a: unknown, b: unknown, path: Path = []): Path[] {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (!isObject(a) || !isObject(b)) return Object.is(a, b) ? [] : [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], [...path, key]));
}

const CHANGED =
  /^spec\.template\.spec\.(automountServiceAccountToken|enableServiceLinks|((initContainers|containers)\.\d+\.)?securityContext(\.seccompProfile(\..*)?|\.capabilities(\.drop(\..*)?)?)?)$/;

describe("remedies", () => {
  it("are of rules of the pack, which mend at no other level", async () => {
    assert.deepEqual(mending.map(({ name }) => name).sort(), Object.keys(REMEDIES).sort());
    const bad = deployment({ pod: { automountServiceAccountToken: true } });
    assert.equal(await mended(bad, { all: "mandatory" } as never), bad);
  });

  it("make their findings go, change nothing else, and nothing twice", async () => {
    await fc.assert(
      fc.asyncProperty(pod, securityContext, async (changes, context) => {
        const item = deployment({
          pod: structuredClone(changes),
          container: { securityContext: structuredClone(context) as never },
        });
        const before = structuredClone(item);
        const after = await mended(item);
        assert.deepEqual(item, before);
        for (const path of differences(item.props, after.props)) assert.match(path.join("."), CHANGED);
        const left = await runPolicies([after], mending);
        for (const { message } of left)
          assert.doesNotMatch(message, /enableServiceLinks|automount|capabilities\.drop|seccomp/);
        assert.equal(await mended(after), after);
      }),
      { numRuns: 300 },
    );
  });

  it("keep the capabilities that a container adds, and a profile that it names", async () => {
    const securityContext = {
      capabilities: { add: ["SYS_PTRACE"] },
      seccompProfile: { type: "Localhost", localhostProfile: "a" },
    };
    const { props } = await mended(deployment({ container: { securityContext } }));
    const [container] = (props as { spec: { template: { spec: { containers: [{ securityContext: object }] } } } }).spec
      .template.spec.containers;
    assert.deepEqual(container.securityContext, {
      capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] },
      seccompProfile: { type: "Localhost", localhostProfile: "a" },
    });
  });

  it("leave pods alone that the rules are not for", async () => {
    const other = plainPod();
    assert.equal(await mended(other), other);
  });

  it("work behind the engine's guards: what is secret stays so, what is not known yet stays unread", () => {
    const env = [
      { name: "KEY", value: new Secret("s3cret") },
      { name: "LATER", value: unknownStringValue },
    ];
    const { props, ...rest } = deployment({
      container: { env: env as never, securityContext: undefined },
      pod: { securityContext: undefined },
    });
    const guarded = unknownCheckingProxy(secretsPreservingProxy(props) as object);
    let result: unknown = guarded;
    for (const rule of mending) {
      const { remediateResource } = withRemedies(rule) as ResourceRule;
      result = remediateResource!({ ...rest, props: guarded, getConfig: () => ({}) } as never) ?? result;
    }
    const plain = (result as Record<string, Record<string, unknown>>)[getSpecialProxyTarget]![getSpecialProxyTarget];
    const { spec } = (plain as { spec: { template: { spec: Record<string, unknown> } } }).spec.template;
    const [container] = spec["containers"] as [{ env: object[]; securityContext: object }];
    assert.deepEqual(container.env, env);
    assert.ok(container.env[0] === env[0]);
    assert.deepEqual(spec["securityContext"], { seccompProfile: { type: "RuntimeDefault" } });
    assert.deepEqual(container.securityContext, { capabilities: { drop: ["ALL"] } });
  });
});
