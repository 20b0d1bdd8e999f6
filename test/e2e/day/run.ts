/** The day, run by Prometheus' own engine for rules. */
import { type RuleTest, testRules } from "../../promtool.js";
import { dayRules, dayStack } from "./stack.js";
import { nodeSeries, seriesOf } from "./series.js";
import { ACTORS, MINUTES } from "./story.js";

/** An alert that fires, from its first minute to the one in which it is over. */
export interface Fired {
  alert: string;
  severity: string;
  /** The model; empty where the alert is of the stack. */
  model: string;
  from: number;
  to: number;
}

/** What fires at a minute. */
type Firing = Pick<Fired, "alert" | "severity" | "model">;

/** Every minute of the day is asked for; what fires then is what promtool did not expect. */
const QUESTION = 'ALERTS{alertstate="firing"}';

function dayTest(): RuleTest {
  const { models } = dayStack();
  const planOf = (name: string) => models.find((model) => model.name === name)!.releases.get("r1")!;
  return {
    interval: "30s",
    input_series: [...ACTORS.flatMap((actor) => seriesOf(actor, planOf(actor.model))), ...nodeSeries(ACTORS)],
    promql_expr_test: Array.from({ length: MINUTES + 1 }, (_, minute) => ({ expr: QUESTION, eval_time: `${minute}m` })),
  };
}

function label(text: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? "";
}

/** Minutes of promtool's time, such as `1h5m`. */
function minutesOf(time: string): number {
  const [, hours = "0", minutes = "0"] = /^(?:(\d+)h)?(?:(\d+)m)?(?:0s)?$/.exec(time) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

/** What promtool got at each minute, by its own words. */
export function firingOf(output: string): Map<number, Firing[]> {
  const found = new Map<number, Firing[]>();
  for (const [, time, got] of output.matchAll(/time: (\w+),\s+exp:.*\s+got:(.*)/g)) {
    const series = [...got!.matchAll(/\{[^}]*\}/g)].map(([text]) => ({
      alert: label(text, "alertname"),
      severity: label(text, "severity"),
      model: label(text, "vllm_model"),
    }));
    found.set(minutesOf(time!), series);
  }
  return found;
}

/** Alerts from minute to minute as spans; series of one alert and model are one. */
export function spansOf(firing: ReadonlyMap<number, readonly Firing[]>): Fired[] {
  const spans: Fired[] = [];
  const open = new Map<string, Fired>();
  for (let minute = 0; minute <= MINUTES; minute += 1) {
    const now = new Map((firing.get(minute) ?? []).map((one) => [`${one.alert}/${one.model}`, one]));
    for (const [key, span] of open) {
      if (now.has(key)) continue;
      span.to = minute;
      open.delete(key);
    }
    for (const [key, one] of now) {
      if (open.has(key)) continue;
      const span = { ...one, from: minute, to: MINUTES + 1 };
      open.set(key, span);
      spans.push(span);
    }
  }
  return spans.sort((a, b) => a.from - b.from || a.alert.localeCompare(b.alert));
}

/** Runs the day. @throws Error where promtool cannot run the rules */
export async function runDay(): Promise<Fired[]> {
  let output = "";
  try {
    await testRules(dayRules(dayStack()), [dayTest()], "30s");
  } catch (thrown) {
    output = (thrown as Error).message;
    if (!output.includes("got:")) throw thrown;
  }
  return spansOf(firingOf(output));
}
