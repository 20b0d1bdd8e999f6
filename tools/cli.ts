/** The command line of the project. Each command is a file in commands/, which loads its modules only when it runs. */
import "./lightSdk.js";
import { commandLine, runCommandLine } from "./commandLine.js";
import { addBatch } from "./commands/batch.js";
import { addBench } from "./commands/bench.js";
import { addCache } from "./commands/cache.js";
import { addColdstart } from "./commands/coldstart.js";
import { addContract } from "./commands/contract.js";
import { addDashboards } from "./commands/dashboards.js";
import { addDocsCheck } from "./commands/docsCheck.js";
import { addFit } from "./commands/fit.js";
import { addGenerate } from "./commands/generate.js";
import { addJudge } from "./commands/judge.js";
import { addLocal } from "./commands/local.js";
import { addPreview } from "./commands/preview.js";
import { addRelease } from "./commands/release.js";
import { addRender } from "./commands/render.js";
import { addUsage } from "./commands/usage.js";
import { addVerify } from "./commands/verify.js";
import { addVerifyFlags } from "./commands/verifyFlags.js";

/** The folder of Pulumi.yaml: npm runs scripts there. */
const FOLDER = process.cwd();

const program = commandLine("Works on the stacks of this project without Pulumi's CLI and without a cloud.");
for (const add of [
  addPreview,
  addJudge,
  addRender,
  addFit,
  addLocal,
  addVerify,
  addRelease,
  addUsage,
  addContract,
  addColdstart,
  addCache,
  addBatch,
  addDashboards,
  addVerifyFlags,
  addGenerate,
  addDocsCheck,
  addBench,
])
  add(program, FOLDER);
program.addHelpText(
  "after",
  `
npm scripts are short names, such as npm run preview; arguments follow --, such as npm run preview -- --all.

Exit code of every command: 0 fine, 1 something is judged bad or did not work, 2 the config or the call is wrong.`,
);
runCommandLine(program);
