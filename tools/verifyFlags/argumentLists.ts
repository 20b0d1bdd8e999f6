/** The arguments of `vllm serve` in a stack's resources. */
import { parseImage, vllmVersionOf } from "../../components/config/image.js";
import { ANNOTATIONS, LABELS } from "../../components/vocabulary/labels.js";
import { ENGINE_CONTAINER } from "../../components/vocabulary/workloads.js";
import type { CollectedResource } from "../collect.js";

/** The words after `vllm serve` of one release, and where they are from. */
export interface ArgumentList {
  stack: string;
  /** The model's key in the stack config. */
  model: string;
  release: string;
  image: string;
  /** The version that the contract states, else that the image's tag names; absent if there is none. */
  version?: string;
  /** The model first, as the image's entrypoint gets them. */
  args: string[];
}

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

interface Deployment {
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: { template: { spec: { containers: Array<{ name: string; image: string; args?: string[] }> } } };
}

/** The argument lists of the Deployments that run vLLM. A warm spare has no such container, so it has none. */
export function argumentLists(stack: string, resources: readonly CollectedResource[]): ArgumentList[] {
  return resources
    .filter(({ type }) => type === DEPLOYMENT)
    .flatMap(({ inputs }) => {
      const { metadata, spec } = inputs as unknown as Deployment;
      return spec.template.spec.containers
        .filter(({ name }) => name === ENGINE_CONTAINER)
        .map(({ image, args }) => {
          const version = statedVersion(metadata) ?? taggedVersion(image);
          return {
            stack,
            model: metadata.labels?.[LABELS.instance] ?? metadata.name,
            release: metadata.labels?.[LABELS.release] ?? "",
            image,
            ...(version !== undefined && { version }),
            args: args ?? [],
          };
        });
    });
}

function statedVersion({ annotations }: Deployment["metadata"]): string | undefined {
  const contract = annotations?.[ANNOTATIONS.contract];
  if (contract === undefined) return undefined;
  return (JSON.parse(contract) as { vllmVersion?: string }).vllmVersion;
}

function taggedVersion(image: string): string | undefined {
  const parsed = parseImage(image);
  return parsed && vllmVersionOf(parsed);
}
