/** *Tenants*: who uses the models. Nothing tells tenants apart before the gateway does. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "../board.js";
import type { BoardLinks } from "../links.js";
import { text } from "../panels.js";
import { datasource, stack } from "../variables.js";

const CONTENT = `
### Empty until there is a gateway

vLLM knows one API key a model and nobody behind it, so no series says which tenant a request came from.
Once \`vllm:gateway\` is in the config, the gateway counts requests, tokens and refusals by tenant, and this dashboard shows them.

Until then: the dashboard **Model** has all traffic of a model, and **Cost** what it costs.
`.trim();

export function tenants(links: BoardLinks): Dashboard {
  return board({
    name: "tenants",
    description: "Who uses the models. Empty until there is a gateway.",
    links,
    variables: [datasource(), stack(links.stack)],
    rollouts: undefined,
    rows: [{ title: "Tenants", panels: [text("No tenants yet", CONTENT, 24, 8)] }],
  });
}
