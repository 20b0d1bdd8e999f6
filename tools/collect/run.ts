/** One run of a program under Pulumi's own test runtime. */
import { setFlagsFromString } from "node:v8";
import * as pulumi from "@pulumi/pulumi";
import { NAMESPACE } from "../../stacks/namespace.js";
import { regionOf, type StackFile } from "../stackFile.js";
import type { CloudFacts } from "../providers.js";
import { startMonitor } from "./monitor.js";
import type { CollectedResource } from "./resource.js";

/** The parts of a stack that a program sees. */
export type StackValues = Pick<StackFile, "stack" | "engineConfig" | "engineSecretKeys">;

/**
 * Saves time and memory: no stack trace with each promise and resource of the SDK, and a heap that grows in small steps. On a large
 * machine V8 would let it grow to three times what is in use.
 */
function frugally(): () => void {
  setFlagsFromString("--heap-growing-percent=60");
  const { stackTraceLimit } = Error;
  const loaders = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  // A limit set by the user (node --stack-trace-limit) serves to find a fault.
  if (stackTraceLimit !== DEFAULT_STACK_TRACE_LIMIT) return () => undefined;
  Error.stackTraceLimit = 0;
  // The loader's own function looks up the source of each line, even if there is none.
  Error.prepareStackTrace = (error) => String(error);
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
    if (loaders === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Object.defineProperty(Error, "prepareStackTrace", loaders);
  };
}
const DEFAULT_STACK_TRACE_LIMIT = 10;

/**
 * Runs a program and collects what it registers.
 *
 * One at a time: the SDK's runtime is a global of the thread.
 *
 * @param facts what the config tells of AWS
 */
export async function run(
  values: StackValues,
  program: () => object,
  facts: Omit<CloudFacts, "region"> = {},
): Promise<CollectedResource[]> {
  const collected: CollectedResource[] = [];
  const cloud = { region: regionOf(values), ...facts };
  const restore = frugally();
  try {
    await startMonitor(NAMESPACE, values.stack, cloud, (resource) => collected.push(resource));
    pulumi.runtime.setAllConfig(values.engineConfig, values.engineSecretKeys);
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
    // The stack's own outputs do not wait for resources that nothing depends on.
    await pulumi.runtime.disconnect();
  } finally {
    restore();
  }
  return collected;
}
