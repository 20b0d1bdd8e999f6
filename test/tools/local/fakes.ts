/** Stand-ins for what `tools/local` talks to: a cluster that is a map, programs that are scripts. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Cluster, describe, type KubernetesObject, type Reference } from "../../../tools/local/client.js";
import { type Config, merged } from "../../serving/fixtures.js";

type Selection = { namespace?: string; labels?: Readonly<Record<string, string>> };

/** A cluster as far as server-side apply goes; it keeps what it is given and runs nothing. */
export class FakeCluster {
  readonly objects = new Map<string, KubernetesObject>();
  /** What was asked of it, such as `apply Service vllm/chat` and `applied Service vllm/chat`. */
  readonly calls: string[] = [];
  /** Answers to the apply of an object, by its description. */
  readonly refusals = new Map<string, Error>();
  /** How long the apply of an object takes, by its description. */
  readonly delaysMs = new Map<string, number>();
  private version = 0;

  constructor(...objects: KubernetesObject[]) {
    for (const object of objects) this.put(object);
  }

  /** For whom it takes the place of a real one. */
  get cluster(): Cluster {
    return this as unknown as Cluster;
  }

  put(object: KubernetesObject): void {
    this.objects.set(describe(object), structuredClone(object));
  }

  /** Its content, or an error that names what there is. */
  at(name: string): KubernetesObject {
    const found = this.objects.get(name);
    if (found === undefined) throw new Error(`${name} is not among ${[...this.objects.keys()].join(", ")}`);
    return found;
  }

  get(reference: Reference): Promise<KubernetesObject | undefined> {
    return Promise.resolve(structuredClone(this.objects.get(describe(reference))));
  }

  async apply(object: KubernetesObject): Promise<KubernetesObject> {
    const name = describe(object);
    this.calls.push(`apply ${name}`);
    await sleep(this.delaysMs.get(name) ?? 0);
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) throw refusal;
    const old = this.objects.get(name);
    this.version += 1;
    const now = structuredClone(object);
    // As the API server does: it writes these, whether or not the content is another.
    Object.assign(now.metadata, {
      resourceVersion: String(this.version),
      managedFields: [{ manager: "test", time: this.version }],
    });
    if (old?.["status"] !== undefined) now["status"] = old["status"];
    this.objects.set(name, now);
    this.calls.push(`applied ${name}`);
    return structuredClone(now);
  }

  /** As {@link create}, and noted as an apply. */
  make(object: KubernetesObject): Promise<KubernetesObject> {
    return this.apply(object);
  }

  applyOver(_: KubernetesObject, object: KubernetesObject): Promise<KubernetesObject> {
    return this.apply(object);
  }

  create(object: KubernetesObject): Promise<KubernetesObject> {
    this.calls.push(`create ${describe(object)}`);
    this.put(object);
    return Promise.resolve(structuredClone(object));
  }

  patch(reference: Reference, changes: object): Promise<KubernetesObject> {
    const name = describe(reference);
    this.calls.push(`patch ${name}`);
    const patched = merged(this.at(name), changes as Config) as KubernetesObject;
    this.objects.set(name, patched);
    return Promise.resolve(structuredClone(patched));
  }

  list(apiVersion: string, kind: string, { namespace, labels = {} }: Selection = {}): Promise<KubernetesObject[]> {
    this.calls.push(`list ${kind}`);
    const found = [...this.objects.values()].filter(
      (object) =>
        object.apiVersion === apiVersion &&
        object.kind === kind &&
        (namespace === undefined || object.metadata.namespace === namespace) &&
        Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value),
    );
    return Promise.resolve(structuredClone(found));
  }

  remove(reference: Reference): Promise<void> {
    this.calls.push(`remove ${describe(reference)}`);
    this.objects.delete(describe(reference));
    return Promise.resolve();
  }
}

/** Makes a shell script that can be run. */
export function script(file: string, ...lines: string[]): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(file, 0o755);
  return file;
}

/** The number of a process that has been there and is no more. */
export async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid!;
}
