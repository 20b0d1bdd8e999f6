/** `clusterAutoscaler` as a resource's name spells it: `cluster-autoscaler`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
