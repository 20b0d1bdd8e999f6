/** Watches who answers behind a Service, from the API server's own events: nothing between two looks is missed. */
import { Watch } from "@kubernetes/client-node";
import type { KubernetesObject } from "../../tools/local/client.js";
import type { Scenario } from "./scenario.js";

interface EndpointSlice extends KubernetesObject {
  endpoints?: { conditions?: { ready?: boolean }; targetRef?: { name: string } }[];
}

/** Pods that were ready behind a Service at one moment. */
export type Ready = string[];

export class ServiceWatcher {
  /** Every state seen, the first one first. */
  readonly seen: Ready[] = [];
  private readonly slices = new Map<string, Ready>();
  private controller: AbortController | undefined;

  static async of(scenario: Scenario, service: string): Promise<ServiceWatcher> {
    const watcher = new ServiceWatcher();
    const path = `/apis/discovery.k8s.io/v1/namespaces/${scenario.namespace}/endpointslices`;
    watcher.controller = await new Watch(scenario.cluster.config).watch(
      path,
      { labelSelector: `kubernetes.io/service-name=${service}` },
      (phase, slice: EndpointSlice) => watcher.take(phase, slice),
      // It ends with the test, by our own abort.
      () => undefined,
    );
    return watcher;
  }

  private take(phase: string, { metadata, endpoints = [] }: EndpointSlice): void {
    const ready = endpoints
      .filter(({ conditions }) => conditions?.ready === true)
      .map(({ targetRef }) => targetRef!.name);
    if (phase === "DELETED") this.slices.delete(metadata.name);
    else this.slices.set(metadata.name, ready);
    this.seen.push([...this.slices.values()].flat().sort());
  }

  /** Who is ready now. */
  get now(): Ready {
    return this.seen.at(-1) ?? [];
  }

  /** The fewest that were ready at once. */
  get fewest(): number {
    return Math.min(...this.seen.map((ready) => ready.length));
  }

  end(): void {
    this.controller?.abort();
  }
}
