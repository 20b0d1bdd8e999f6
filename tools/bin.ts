#!/usr/bin/env node
/** The npm package's own program: the commands that need neither a stack's files nor Pulumi. */
import { commandLine, runCommandLine } from "./commandLine.js";
import { addFit } from "./commands/fit.js";
import { addJudge } from "./commands/judge.js";

const program = commandLine(
  "Judges resources by the rules of the policy pack, and says which machines run a model, without Pulumi's CLI and without a cloud.",
);
addJudge(program, process.cwd());
addFit(program);
runCommandLine(program);
