/** The shape of `vllm:observability.logs`: what servers write to their log. */
import { z } from "zod";

export const logsSchema = z
  .strictObject({
    format: z
      .enum(["text", "json"])
      .default("text")
      .describe("Form of the lines of vLLM and its server: vLLM's own text, or one JSON object a line"),
    quiet: z
      .boolean()
      .default(true)
      .describe("Whether requests to /health and /metrics, of probes and scrapes, are left out of the log"),
    requests: z
      .boolean()
      .default(false)
      .describe(
        "Whether id and sampling parameters of each request are logged; prompts and answers never are. The policy engine-closed refuses it " +
          "unless its allow names enable-log-requests",
      ),
  })
  .describe(
    "Logs of servers; default: vLLM's own, text with every request to /health and /metrics. To set or change it starts every server again",
  );

/** What servers write to their log. */
export type LogsConfig = z.infer<typeof logsSchema>;
