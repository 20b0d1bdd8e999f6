import type { Command } from "commander";
import { print, report } from "../commandLine.js";
import type { Typed } from "../fit/texts.js";

/** Options by the words of their help; those with a value may come more than once, and are checked together. */
const OPTIONS: readonly [flags: string, description: string][] = [
  ["--gpu <types>", "GPU types with commas between, such as l4,a10g; default: all that a machine has"],
  ["--count <numbers>", "numbers of GPUs a replica, such as 1,2,4; default: 1,2,4,8"],
  ["--cloud <clouds>", "of aws, gcp and azure; default: all"],
  ["--context <tokens>", "prompt and completion of one request; default: the model's own maximum"],
  ["--sequences <number>", "requests that run at once; default: vLLM's for the GPU"],
  ["--batched <tokens>", "tokens of one engine step; default: vLLM's for the GPU"],
  ["--utilization <share>", "share of each GPU's memory that vLLM may use; default: 0.9, as for a release"],
  ["--precision <name>", "precision of the weights as served; default: as published"],
  ["--kv-cache-dtype <type>", "type of the KV cache; default: auto"],
  ["--vllm <version>", "version of vLLM, 0.8 or later; default: the newest that is known"],
  ["--images <number>", "most images of a prompt, 0 for none; default: not limited"],
  ["--videos <number>", "most videos of a prompt, 0 for none; default: not limited"],
  ["--data-parallel <number>", "copies of the attention layers; default: 1"],
  ["--block-size <tokens>", "tokens of a block of the KV cache; default: vLLM's"],
  ["--loras <number>", "adapters that are loaded at once; default: none"],
  ["--lora-rank <number>", "largest rank of an adapter; default: 16"],
  ["--draft <model>", "hub id or config.json of a draft model"],
  ["--draft-tokens <number>", "tokens that are drafted for a step"],
  ["--revision <revision>", "branch, tag or commit on the hub, which is then asked; default: the catalogue, else main"],
  ["--task <task>", "generate, embed, score or classify; default: by the class that the config.json names"],
  ["--model-type <type>", "read the config.json as of this model_type, for one that is unknown and built like it"],
  ["--plot <file>", "draw full-length requests against the context, too, as SVG"],
];

const repeatable = (text: string, before: string[] = []): string[] => [...before, text];

/** Commander's camel case back to the option's own name. */
function typed(options: Record<string, string[] | boolean | undefined>): Typed {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]),
  );
}

export function addFit(program: Command): void {
  const command = program
    .command("fit")
    .description("Which machines would run a model, cheapest first, and why the others would not.")
    .argument("<model>", "Hugging Face id, or path of a config.json");
  for (const [flags, description] of OPTIONS) command.option(flags, description, repeatable);
  command
    .option("--eager", "neither CUDA graphs nor compilation (--enforce-eager)", false)
    .option("--expert-parallel", "spread whole experts over the GPUs (--enable-expert-parallel)", false)
    .option(
      "--all",
      "every machine, not the cheapest of its kind alone, and everything in the way of the others",
      false,
    )
    .option("--json", "print the rows as JSON (run npm with --silent)", false)
    .option("--architecture", "print the model's shape as the block that a release takes, and no rows", false)
    .addHelpText(
      "after",
      `
A model that the catalogue lacks is fetched from HF_ENDPOINT (https://huggingface.co), with HF_TOKEN where it is set.

Exit code: 0 something fits, 1 nothing fits, 2 the call or the config.json is wrong, or the hub does not give it.`,
    )
    .action(async (model: string, options: Record<string, string[] | boolean | undefined>) => {
      const { fitCommand } = await import("../fit/command.js");
      const { terminalWidth } = await import("../preview/table.js");
      const width = terminalWidth(process.env, process.stdout.columns);
      print(await fitCommand(model, typed(options), { env: process.env, width, report }));
    });
}
