/**
 * Parsers by family: how models write tool calls and reasoning, by vLLM's names of the parsers that read it.
 *
 * Sources, read 2026-11-26: vLLM's pages docs/features/tool_calling.md at 0064cc9 and docs/features/reasoning_outputs.md at 00256d5 and
 * a5105db; for Qwen3 https://qwen.readthedocs.io/en/latest/framework/function_call.html#vllm, for Qwen3.5 and its likes
 * https://docs.vllm.ai/en/v0.25.0/api/vllm/parser/qwen3/, for GLM-4.7 and 5 https://github.com/vllm-project/vllm/pull/45915, for
 * Qwen2.5-Coder, whose calls no parser reads, https://github.com/hanXen/vllm-qwen2.5-coder-tool-parser. Families that the pages lack, such as
 * DeepSeek V3.2 and V4, Kimi K3, MiniMax M2 and M3, Gemma 4, Phi-4-mini and Seed-OSS, go by the parser that vLLM's registries
 * name after them (vllm/tool_parsers and vllm/reasoning of 0.33.0).
 */
export interface FamilyParsers {
  /** Values of `--tool-call-parser`, the best first; empty where the family writes no calls that vLLM reads. */
  tool: readonly string[];
  /** Values of `--reasoning-parser`, the best first; empty where the family does not reason in a part of its own. */
  reasoning: readonly string[];
}

type Row = [family: RegExp, tool: string[], reasoning?: string[]];

/** By the model's name on the hub; the first that matches counts. */
export const FAMILIES: readonly Row[] = [
  // They write nothing.
  [/Embed|Rerank/i, []],
  [/\bHermes-(2-(Pro|Theta)|3)\b/i, ["hermes"]],
  [/xlam/i, ["xlam"]],
  [/Qwen3-Coder/i, ["qwen3_xml", "qwen3_coder"]],
  [/Qwen3\.\d/i, ["qwen3_coder", "qwen3_xml"], ["qwen3"]],
  [/DeepSeek-R1-Distill/i, [], ["deepseek_r1"]],
  [/Qwen3.*Instruct/i, ["hermes"]],
  [/Qwen3/i, ["hermes"], ["qwen3", "deepseek_r1"]],
  [/QwQ/i, ["hermes"], ["deepseek_r1"]],
  [/Qwen2\.5-Coder/i, []],
  [/Qwen2\.5/i, ["hermes"]],
  [/DeepSeek-R1-0528/i, ["deepseek_v3"], ["deepseek_r1"]],
  [/DeepSeek-R1/i, [], ["deepseek_r1"]],
  [/DeepSeek-V4/i, ["deepseek_v4", "deepseek_v41"], ["deepseek_v4", "deepseek_v41"]],
  [/DeepSeek-V3\.2/i, ["deepseek_v32"], ["deepseek_v3"]],
  [/DeepSeek-V3\.1/i, ["deepseek_v31"], ["deepseek_v3"]],
  [/DeepSeek-V3/i, ["deepseek_v3"]],
  [/gpt-oss/i, ["openai"], ["openai_gptoss"]],
  [/Kimi-K3/i, ["kimi_k3"], ["kimi_k3"]],
  [/Kimi-K2-Instruct/i, ["kimi_k2"]],
  [/Kimi-K2/i, ["kimi_k2"], ["kimi_k2"]],
  [/GLM-(4\.7|5)/i, ["glm47"], ["glm47", "glm45"]],
  [/GLM-4\.[56]/i, ["glm45"], ["glm45"]],
  [/MiniMax-M3/i, ["minimax_m3"], ["minimax_m3"]],
  [/MiniMax-M2/i, ["minimax_m2"], ["minimax_m2_append_think", "minimax_m2"]],
  [/Llama-4/i, ["llama4_pythonic", "llama4_json", "llama3_json", "pythonic"]],
  [/Llama-3\.[1-3](?!.*Nemotron)/i, ["llama3_json", "pythonic"]],
  [/granite-4/i, ["granite4"]],
  [/granite-20b-functioncalling/i, ["granite-20b-fc"]],
  [/granite-3\.2/i, ["granite"], ["granite"]],
  [/granite-3/i, ["granite"]],
  [/Magistral/i, ["mistral"], ["mistral"]],
  [/Mistral|Mixtral|Ministral|Devstral|Pixtral/i, ["mistral"]],
  [/functiongemma/i, ["functiongemma"]],
  [/gemma-4/i, ["gemma4"], ["gemma4"]],
  [/Phi-4-mini/i, ["phi4_mini_json"]],
  [/Seed-OSS/i, ["seed_oss"], ["seed_oss"]],
  [/Hunyuan-A13B/i, ["hunyuan_a13b"], ["hunyuan_a13b"]],
  [/ERNIE-4\.5.*(VL|Thinking)/i, ["ernie45"], ["ernie45"]],
  [/Olmo-3/i, ["olmo3"], ["olmo3"]],
  [/Jamba/i, ["jamba"]],
  [/internlm2_5/i, ["internlm"]],
  [/LongCat-Flash/i, ["longcat"]],
  [/command-a-reasoning/i, ["cohere_command3"], ["cohere_command3"]],
  [/Apertus/i, ["apertus"]],
  [/GigaChat3/i, ["gigachat3"]],
];

/** The parsers of a model's family. @param id of the hub @returns `undefined` for a family that is not known */
export function familyParsers(id: string): FamilyParsers | undefined {
  const name = id.slice(id.indexOf("/") + 1);
  const row = FAMILIES.find(([family]) => family.test(name));
  return row && { tool: row[1], reasoning: row[2] ?? [] };
}
