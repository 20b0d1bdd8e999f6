/** Flags that say something else than the model's task. */
import { joinPath } from "../config/parse.js";
import { error, listOr, type Problem, quote } from "../config/problems.js";
import type { Flags } from "../contract/contract.js";
import type { ReleaseConfig } from "../contract/schema.js";
import { knownTask } from "../derive/task.js";
import { isPoolingTask, type Task, TASKS } from "../facts/models/task.js";

/** Tasks that a flag's value is for; `undefined` where it is for all, or is a value that vLLM does not know. */
function tasksOf(flag: "runner" | "convert", value: unknown): readonly Task[] | undefined {
  switch (`${flag} ${String(value)}`) {
    case "runner generate":
    case "runner draft":
      return ["generate"];
    case "runner pooling":
      return TASKS.filter(isPoolingTask);
    case "convert embed":
      return ["embed"];
    case "convert classify":
      return ["score", "classify"];
    default:
      return undefined;
  }
}

/**
 * An error for each of the flags `runner` and `convert` that contradicts the task.
 *
 * A catalogued model that generates may also make vectors, if flags say so; a stated task has to be the flags' own.
 *
 * @param path of the release's flags
 */
export function checkTask(model: Pick<ReleaseConfig["model"], "id" | "task">, flags: Flags, path: string): Problem[] {
  const task = knownTask(model);
  if (task === undefined || (model.task === undefined && !isPoolingTask(task))) return [];
  return (["runner", "convert"] as const).flatMap((flag) => {
    const value = flags[flag]?.value;
    const tasks = tasksOf(flag, value);
    if (tasks === undefined || tasks.includes(task)) return [];
    const whose = model.task === undefined ? `${model.id}, whose task is` : "model.task";
    const message = `${quote(value)} is not for ${whose} ${task}: leave it out, or set model.task to ${listOr(tasks)}`;
    return [error(`${joinPath(path, [flag])}.value`, message)];
  });
}
