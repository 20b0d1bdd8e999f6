/** Variables of the dashboards: what a query is narrowed by. */
import type * as common from "@grafana/grafana-foundation-sdk/common";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { GATEWAY_LABELS } from "../../vocabulary/gateway.js";
import { GATEWAY_RATES } from "../../vocabulary/metrics/gateway.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { CONTRACT } from "../../vocabulary/metrics/recorded.js";
import { BY_RELEASE, series } from "./queries.js";

/** The Prometheus that the variable names. */
export const DATASOURCE: common.DataSourceRef = { type: "prometheus", uid: "${datasource}" };

const ALL = { text: ["All"], value: ["$__all"], selected: true };

export function datasource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");
}

function query(name: string, label: string, text: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(text)
    .definition(text)
    .refresh(VariableRefresh.OnTimeRangeChanged);
}

/** Values of a label, by the alphabet. */
function values(name: string, label: string, selector: string, of: string): QueryVariableBuilder {
  return query(name, label, `label_values(${selector}, ${of})`).sort(VariableSort.AlphabeticalAsc);
}

/** @param own the stack that the dashboard was made by */
export function stack(own: string): QueryVariableBuilder {
  return values("stack", "Stack", CONTRACT.info, METRIC_LABELS.stack).current({
    text: own,
    value: own,
    selected: true,
  });
}

function namespaces(): QueryVariableBuilder {
  return values("namespace", "Namespace", `${CONTRACT.info}{${METRIC_LABELS.stack}="$stack"}`, "namespace");
}

/** One or more namespaces. */
export function someNamespaces(): QueryVariableBuilder {
  return namespaces().multi(true).includeAll(true).allValue(".+").current(ALL);
}

/** One namespace: the first. */
export const oneNamespace = namespaces;

/** One or more models. */
export function someModels(): QueryVariableBuilder {
  return values("model", "Model", series(CONTRACT.info, "stack"), METRIC_LABELS.model)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current(ALL);
}

/** One or more tenants; requests without one among them. */
export function someTenants(): QueryVariableBuilder {
  return values("tenant", "Tenant", series(GATEWAY_RATES.limit, "stack"), GATEWAY_LABELS.tenant)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current(ALL);
}

/** One model: the first. */
export function oneModel(): QueryVariableBuilder {
  return values("model", "Model", series(CONTRACT.info, "stack"), METRIC_LABELS.model);
}

/** Releases of the model, the one that its route names before or after all others. */
function releases(name: string, label: string, order: "sort" | "sort_desc"): QueryVariableBuilder {
  const all = `max by (${BY_RELEASE}) (${series(CONTRACT.info, "model")})`;
  const routed = `${all} + on (${BY_RELEASE}) max by (${BY_RELEASE}) (${series(CONTRACT.route, "model")})`;
  return query(name, label, `query_result(${order}(${routed} or ${all}))`)
    .regex(`/${METRIC_LABELS.release}="([^"]+)"/`)
    .sort(VariableSort.Disabled);
}

/** The release of the left side: the one that takes the traffic, unless another is chosen. */
export function release(): QueryVariableBuilder {
  return releases("release", "Release", "sort_desc");
}

/** The release of the right side: another one, if there is one. */
export function other(): QueryVariableBuilder {
  return releases("other", "Compared with", "sort");
}
