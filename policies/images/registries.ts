/** Registries, and folders of them, that images may come from. */
import { parseImage } from "../../components/config/image.js";

/** Docker Hub's other names: https://github.com/distribution/reference/blob/main/normalize.go, read 2026-11-26. */
const DOCKER_HUB = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/**
 * Whether an image comes from one of the places: `ghcr.io`, `ghcr.io/acme`, `*.dkr.ecr.us-east-1.amazonaws.com/models`. A place without a
 * host is a folder of Docker Hub.
 */
export function comesFrom(image: string, places: readonly string[]): boolean {
  const parsed = parseImage(image);
  if (parsed === undefined) return false;
  const registry = hostOf(parsed.registry);
  return places.some((place) => {
    const { host, folder } = placeOf(place);
    return hostMatcher(host).test(registry) && `${parsed.repository}/`.startsWith(folder === "" ? "" : `${folder}/`);
  });
}

function placeOf(place: string): { host: string; folder: string } {
  const [first = "", ...rest] = place
    .trim()
    .replace(/^(https?|oci|docker):\/\//i, "")
    .replace(/(\/\*{1,2})?\/*$/, "")
    .split("/");
  const isHost = /[.:*]/.test(first) || first === "localhost";
  return isHost
    ? { host: hostOf(first), folder: rest.join("/") }
    : { host: hostOf("docker.io"), folder: [first, ...rest].join("/") };
}

function hostOf(registry: string): string {
  const host = registry.toLowerCase();
  return DOCKER_HUB.includes(host) ? "docker.io" : host;
}

/** `*` stands for one label of a host, or a part of one. */
function hostMatcher(host: string): RegExp {
  return new RegExp(`^${host.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^./]*")}$`);
}
