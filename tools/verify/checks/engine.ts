/** Whether vLLM in the Ready pods serves the model of the contract, by its own word. */
import { counted } from "../../../components/config/problems.js";
import type { Task } from "../../../components/facts/models/task.js";
import { METRICS } from "../../../components/vocabulary/metrics/vllm.js";
import { ENGINE_CONTAINER } from "../../../components/vocabulary/workloads.js";
import type { Answer } from "../../cluster/http.js";
import { type Check, fail, judged, pass, type Verdict } from "../check.js";
import type { Pod } from "../objects.js";
import type { Target } from "../target.js";
import type { WantedRelease } from "../wanted.js";

/** Of an answer that is shown. */
const SHOWN_CHARACTERS = 200;

export function modelCheck(target: Target, release: WantedRelease): Check {
  return {
    name: "model",
    subject: release.name,
    next: target.kubectl(`port-forward deployment/${release.name} 8000`),
    run: () =>
      inEachPod(target, release, async (pod) => {
        const headers = await target.authorization(release);
        const answer = await target.engine(pod)({ path: "/v1/models", headers });
        return modelProblems(release, answer);
      }),
  };
}

async function inEachPod(
  target: Target,
  release: WantedRelease,
  problemsOf: (pod: Pod) => Promise<string[]>,
): Promise<Verdict> {
  const pods = await target.readyPods(release);
  const found = await Promise.all(
    pods.map(async (pod) => (await problemsOf(pod)).map((problem) => `${pod.metadata.name} ${problem}`)),
  );
  const { servedNames, context } = release.plan;
  return judged(
    found.flat(),
    `${servedNames.join(", ")} with ${context} tokens in ${counted(pods.length, "Ready pod")}`,
  );
}

interface Listed {
  id?: unknown;
  max_model_len?: unknown;
}

function modelProblems({ plan }: WantedRelease, answer: Answer): string[] {
  if (answer.status === 401) return ["refuses the key of the Secret: it was changed since the pod started"];
  if (answer.status !== 200) return [`answers /v1/models with ${said(answer)}`];
  const { data } = jsonOf(answer) as { data?: Listed[] };
  const listed = Array.isArray(data) ? data : [];
  return plan.servedNames.flatMap((name) => {
    const found = listed.find(({ id }) => id === name);
    if (found === undefined)
      return [`serves ${listed.map(({ id }) => String(id)).join(", ") || "no model"}, and not ${name}`];
    const length = found.max_model_len;
    return length === plan.context ? [] : [`takes ${String(length)} tokens, the contract says ${plan.context}`];
  });
}

function said({ status, text }: Answer): string {
  return `${status}: ${text.slice(0, SHOWN_CHARACTERS)}`;
}

/** @throws Error for what is no JSON object */
function jsonOf({ text }: Answer): object {
  const value: unknown = JSON.parse(text);
  if (value === null || typeof value !== "object") throw new Error(`not an object: ${text.slice(0, SHOWN_CHARACTERS)}`);
  return value;
}

/** What each task is asked, and whether its answer is one. */
const REQUESTS: Readonly<
  Record<Exclude<Task, "generate">, { path: string; body: object; isAnswer: (data: unknown) => boolean }>
> = {
  embed: {
    path: "/v1/embeddings",
    body: { input: "The capital of France is" },
    isAnswer: (data) =>
      Array.isArray((data as { embedding?: unknown }).embedding) &&
      (data as { embedding: unknown[] }).embedding.length > 0,
  },
  score: {
    path: "/score",
    body: { text_1: "The capital of France is", text_2: "Paris" },
    isAnswer: (data) => typeof (data as { score?: unknown }).score === "number",
  },
  classify: {
    path: "/classify",
    body: { input: "The capital of France is Paris" },
    isAnswer: (data) => typeof (data as { label?: unknown }).label === "string",
  },
};

export function answerCheck(target: Target, release: WantedRelease): Check {
  const { name, plan } = release;
  return {
    name: "answer",
    subject: name,
    next: target.kubectl(`logs deployment/${name} -c ${ENGINE_CONTAINER} --tail 50`),
    run: async () => {
      const [pod] = await target.readyPods(release);
      const headers = await target.authorization(release);
      const { task } = plan.model;
      return task === "generate"
        ? completion(target, release, pod!, headers)
        : pooled(target, release, pod!, headers, task);
    },
  };
}

async function pooled(
  target: Target,
  { plan }: WantedRelease,
  pod: Pod,
  headers: Record<string, string>,
  task: Exclude<Task, "generate">,
): Promise<Verdict> {
  const { path, body, isAnswer } = REQUESTS[task];
  const begun = performance.now();
  const answer = await target.engine(pod)({
    method: "POST",
    path,
    headers,
    body: { model: plan.servedNames[0], ...body },
  });
  const took = performance.now() - begun;
  if (answer.status !== 200) return fail(`${pod.metadata.name} answers ${path} with ${said(answer)}`);
  const { data } = jsonOf(answer) as { data?: unknown[] };
  const [first] = Array.isArray(data) ? data : [];
  if (first === undefined || first === null || !isAnswer(first)) {
    return fail(`${pod.metadata.name} answers ${path} without a result: ${answer.text.slice(0, SHOWN_CHARACTERS)}`);
  }
  return pass(`${path} in ${took.toFixed(0)} ms`);
}

/** A few tokens are enough; the end of a text would be none. */
const COMPLETION = {
  prompt: "The capital of France is",
  max_tokens: 8,
  temperature: 0,
  ignore_eos: true,
  stream: true,
};

async function completion(
  target: Target,
  { plan }: WantedRelease,
  pod: Pod,
  headers: Record<string, string>,
): Promise<Verdict> {
  const begun = performance.now();
  let firstAt: number | undefined;
  const stream = new Stream(() => (firstAt ??= performance.now()));
  const answer = await target.engine(pod)({
    method: "POST",
    path: "/v1/completions",
    headers,
    body: { model: plan.servedNames[0], ...COMPLETION },
    onText: (text) => stream.take(text),
  });
  const took = performance.now() - begun;
  const { name } = pod.metadata;
  if (answer.status !== 200) return fail(`${name} answers /v1/completions with ${said(answer)}`);
  if (stream.error !== undefined) return fail(`${name} ends the stream with an error: ${stream.error}`);
  if (firstAt === undefined) return fail(`${name} streams no text`);
  if (!stream.isDone) return fail(`${name} breaks the stream off after ${counted(stream.tokens, "token")}`);
  return pass(
    `first token after ${(firstAt - begun).toFixed(0)} ms, ${counted(stream.tokens, "token")} in ${took.toFixed(0)} ms`,
  );
}

/** Server-sent events of a completion. */
class Stream {
  /** Pieces with text. */
  tokens = 0;
  isDone = false;
  error: string | undefined;
  private rest = "";

  constructor(private readonly onToken: () => void) {}

  take(text: string): void {
    const lines = (this.rest + text).split(/\r?\n/);
    this.rest = lines.pop()!;
    for (const line of lines) if (line.startsWith("data:")) this.event(line.slice("data:".length).trim());
  }

  private event(data: string): void {
    if (data === "[DONE]") {
      this.isDone = true;
      return;
    }
    const { choices, error } = eventOf(data);
    if (error !== undefined) this.error ??= JSON.stringify(error).slice(0, SHOWN_CHARACTERS);
    const text = choices?.[0]?.text;
    if (typeof text !== "string" || text === "") return;
    this.tokens += 1;
    this.onToken();
  }
}

interface Event {
  choices?: { text?: unknown }[];
  error?: unknown;
}

function eventOf(data: string): Event {
  try {
    return JSON.parse(data) as Event;
  } catch {
    return { error: data };
  }
}

/** Metrics that the queries of autoscaling read. Others may have no series yet, such as a counter that nothing has increased. */
const SCALED_BY = [METRICS.running, METRICS.waiting, METRICS.kvCacheUsage];

export function metricsCheck(target: Target, release: WantedRelease): Check {
  return {
    name: "metrics",
    subject: release.name,
    next: target.kubectl(`port-forward deployment/${release.name} 8000`),
    run: async () => {
      const verdict = await inEachPod(target, release, async (pod) => {
        const answer = await target.engine(pod)({ path: "/metrics" });
        return answer.status === 200
          ? metricsProblems(release, answer.text)
          : [`answers /metrics with ${said(answer)}`];
      });
      return verdict.status === "pass"
        ? pass(`model_name="${release.plan.servedNames[0]}" on every series that autoscaling reads`)
        : verdict;
    },
  };
}

function metricsProblems({ plan }: WantedRelease, text: string): string[] {
  const [served] = plan.servedNames;
  return SCALED_BY.flatMap((metric) => {
    const series = text.split("\n").filter((line) => line.startsWith(`${metric}{`));
    if (series.length === 0) return [`has no ${metric}`];
    return series.some((line) => line.includes(`model_name="${served}"`))
      ? []
      : [`has ${metric} of another model than ${served}`];
  });
}
