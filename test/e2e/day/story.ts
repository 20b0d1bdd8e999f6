/**
 * A working day of a stack, from 08:00 to 18:00: what is asked of the models, and what happens to them. Times are minutes since 08:00.
 *
 * `chat` has a rise, a burst, a change that makes it slower, and a node that is lost; `code` has one replica on that node; `quiet` has an
 * ordinary day. For some minutes nothing is scraped at all.
 */

export const MINUTES = 600;
/** How often targets are scraped, in seconds. */
export const STEP_SECONDS = 30;

/** From a minute to a later one. */
export type Span = readonly [from: number, to: number];

export const BURST: Span = [150, 170];
/** Replicas that are slower: the first is ready, the last is replaced. */
export const SLOWER: Span = [244, 297];
/** From the node's end until its successor is there. */
export const NODE_LOST: Span = [360, 385];
/** Prometheus scrapes nothing. */
export const UNSEEN: Span = [480, 488];

export function isIn([from, to]: Span, minute: number): boolean {
  return minute >= from && minute < to;
}

/** How much a model is asked for, all replicas together. */
export interface Load {
  /** Answered a second. */
  requests: number;
  /** Refused a second. */
  refused: number;
  /** Requests of each replica. */
  running: number;
  waiting: number;
  /** 0 to 1. */
  kvCache: number;
  /** A second. */
  preemptions: number;
  /** Medians in seconds. */
  firstToken: number;
  betweenTokens: number;
}

const CALM: Load = {
  requests: 1,
  refused: 0,
  running: 6,
  waiting: 0,
  kvCache: 0.3,
  preemptions: 0,
  firstToken: 0.15,
  betweenTokens: 0.02,
};

/** Requests a second of `chat`: a rise in the morning, an end in the evening. */
function asked(minute: number): number {
  if (minute < 60) return 4;
  if (minute < 120) return 4 + (minute - 60) / 12;
  return minute < 560 ? 9 : 4;
}

function chat(minute: number): Load {
  const requests = asked(minute);
  const ordinary = { ...CALM, requests, running: requests < 6 ? 10 : 16, kvCache: 0.05 * requests };
  if (isIn(BURST, minute)) {
    const full = { running: 32, waiting: 60, kvCache: 0.97, preemptions: 0.6, firstToken: 4, betweenTokens: 0.04 };
    return { ...full, requests: 12, refused: minute < BURST[0] + 2 ? 0 : 3 };
  }
  if (isIn(SLOWER, minute)) return { ...ordinary, firstToken: 1.6, betweenTokens: 0.03 };
  return ordinary;
}

/** A model of the day. */
export interface Actor {
  model: string;
  load: (minute: number) => Load;
  replicas: readonly Life[];
  /** Replicas that its Deployment wants. */
  wanted: (minute: number) => number;
}

/** A pod's time. */
export interface Life {
  pod: string;
  node: string;
  created: number;
  /** When it has a node. @default created */
  placed?: number;
  ready: number;
  /** When its node is lost: from then on it answers nothing. */
  lost?: number;
  deleted: number;
}

const EARLY = { created: -600, ready: -590 };
const NEVER = MINUTES + 1;

/** Of a rollout: one pod more at a time, each ready after 4 minutes. */
function rollout(
  begins: number,
  ends: number,
  names: readonly string[],
  nodes: readonly string[],
  lost?: Partial<Life>,
): Life[] {
  return names.map((pod, index) => ({
    pod,
    node: nodes[index]!,
    created: begins + 4 * index,
    ready: begins + 4 * (index + 1),
    deleted: ends + 4 * (index + 1),
    ...(index === names.length - 1 ? lost : {}),
  }));
}

const NODES = ["node-1", "node-2", "node-3"];
const [SLOW, BACK] = [SLOWER[0] - 4, SLOWER[1] - 12];
const [LOST, FOUND] = NODE_LOST;
/** The node's pods are deleted after the 5 minutes that Kubernetes' own taint of unreachable nodes gives them. */
const EVICTED = LOST + 5;
const SUCCESSOR = { node: "node-5", created: EVICTED, placed: FOUND, ready: FOUND + 6 };

export const ACTORS: readonly Actor[] = [
  {
    model: "chat",
    load: chat,
    wanted: (minute) => {
      if (isIn([154, 190], minute)) return 4;
      return isIn([75, 560], minute) ? 3 : 2;
    },
    replicas: [
      { pod: "chat-r1-a", node: "node-1", ...EARLY, deleted: SLOW + 4 },
      { pod: "chat-r1-b", node: "node-2", ...EARLY, deleted: SLOW + 8 },
      { pod: "chat-r1-c", node: "node-3", created: 75, ready: 79, deleted: SLOW + 12 },
      { pod: "chat-r1-d", node: "node-4", created: 154, ready: 159, deleted: 190 },
      ...rollout(SLOW, BACK, ["chat-r1-e", "chat-r1-f", "chat-r1-g"], NODES),
      ...rollout(BACK, NEVER, ["chat-r1-h", "chat-r1-i"], NODES),
      { pod: "chat-r1-j", node: "node-3", created: BACK + 8, ready: BACK + 12, lost: LOST, deleted: EVICTED },
      { pod: "chat-r1-k", ...SUCCESSOR, deleted: 560 },
    ],
  },
  {
    model: "code",
    load: () => ({ ...CALM, requests: 2 }),
    wanted: () => 1,
    replicas: [
      { pod: "code-r1-a", node: "node-3", ...EARLY, lost: LOST, deleted: EVICTED },
      { pod: "code-r1-b", ...SUCCESSOR, deleted: NEVER },
    ],
  },
  {
    model: "quiet",
    load: () => CALM,
    wanted: () => 1,
    replicas: [{ pod: "quiet-r1-a", node: "node-6", ...EARLY, deleted: NEVER }],
  },
];
