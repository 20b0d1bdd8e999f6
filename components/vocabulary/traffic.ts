/** Kinds of traffic, and the priorities of their pods. */

/** Kinds of traffic. They never share a runtime. */
export const TRAFFIC_CLASSES = ["interactive", "batch", "experimental"] as const;
export type TrafficClass = (typeof TRAFFIC_CLASSES)[number];

/** A traffic class, or the warm spares that hold nodes for it. */
export type PriorityName = TrafficClass | "spare";

interface Priority {
  value: number;
  preempts: boolean;
  description: string;
}

/** Priority of warm spares, and the lowest that Cluster Autoscaler adds nodes for. */
export const SPARE_PRIORITY = -10;

/**
 * Pods of a higher priority may take the place of lower ones. Pods without a class have 0, so batch models push nobody's pods
 * aside.
 */
export const PRIORITIES: Readonly<Record<PriorityName, Priority>> = {
  interactive: { value: 1_000_000, preempts: true, description: "Models that people wait for" },
  batch: { value: 0, preempts: true, description: "Models for work that can wait" },
  experimental: { value: -5, preempts: true, description: "Models on trial" },
  spare: {
    value: SPARE_PRIORITY,
    preempts: false,
    description: "Pods that hold a GPU node ready and give way to any other",
  },
};
