#!/usr/bin/env node
/** The npm package's own program: the command that needs neither a stack's files nor Pulumi. */
import { commandLine, runCommandLine } from "./commandLine.js";
import { addJudge } from "./commands/judge.js";

const program = commandLine(
  "Judges resources by the rules of the policy pack, without Pulumi's CLI and without a cloud.",
);
addJudge(program, process.cwd());
runCommandLine(program);
