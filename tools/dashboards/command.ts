/** `npm run dashboards`: the pictures of docs/dashboards.md, from the answers of a real Prometheus to every query. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboardsOf } from "../../components/observability/dashboards/dashboards.js";
import { build, type Report } from "../local/build.js";
import { foldersOf } from "../local/folders.js";
import { type DashboardJson, show } from "./panels.js";
import { OwnPrometheus, type Range } from "./prometheus.js";
import { drawDashboard } from "./svg/dashboard.js";
import { STACK } from "./world/stack.js";
import { tell } from "./world/story.js";

/** An afternoon that is always the same, so that only a change of a dashboard or of a rule changes a picture. */
const END = Date.parse("2026-11-24T16:00:00Z") / 1000;
const HOUR = 3600;
const STORY: Range = { start: END - 3 * HOUR, end: END, step: 30 };
/** As many points as a panel of the picture has room for. */
const LOOKED: Range = { start: END - 2 * HOUR, end: END, step: 120 };

const FOLDER = "docs/dashboards";

/**
 * Draws every dashboard into docs/dashboards.
 *
 * @param report gets a line while programs are built
 * @throws Failure when a query is wrong
 */
export async function drawDashboards(project: string, report: Report): Promise<{ text: string; exitCode: 0 }> {
  const { prometheus: program } = await build(foldersOf(project).bin, report, ["prometheus"]);
  const prometheus = await OwnPrometheus.start(program);
  try {
    await tell(prometheus, STORY);
    mkdirSync(join(project, FOLDER), { recursive: true });
    const lines: string[] = [];
    for (const { name, json } of dashboardsOf({ stack: STACK })) {
      const shown = await show(prometheus, JSON.parse(json) as DashboardJson, LOOKED);
      const file = `${FOLDER}/${name}.svg`;
      writeFileSync(join(project, file), drawDashboard(shown, LOOKED));
      lines.push(file);
    }
    return { text: lines.join("\n"), exitCode: 0 };
  } finally {
    await prometheus.stop();
  }
}
