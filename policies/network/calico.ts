/**
 * Calico's network policies, whose selectors are expressions.
 * Source: https://github.com/projectcalico/calico, api/pkg/apis/projectcalico/v3/networkpolicy.go at 1a41974 (types, selectors), and
 * calico/reference/resources/globalnetworkpolicy.md, read 2026-11-26.
 */
import { namespaceOf } from "../read/namespaces.js";
import { kindOf, type Resource } from "../read/kinds.js";
import type { Labels, Selector } from "../read/selectors.js";
import { some } from "../read/unknown.js";
import { at, fields, list, text } from "../read/values.js";
import { blockOf, coverMost, spareInside } from "./addresses.js";
import type { PodPolicy } from "./podPolicy.js";

const GROUPS: readonly unknown[] = ["projectcalico.org", "crd.projectcalico.org"];

export function calicoPolicies(resource: Resource): PodPolicy[] {
  const { group, kind } = kindOf(resource.type) ?? {};
  const isGlobal = kind === "GlobalNetworkPolicy";
  if (!GROUPS.includes(group) || (!isGlobal && kind !== "NetworkPolicy")) return [];
  const of = (field: string): unknown => at(resource.props, "spec", field);
  const allowing = (field: "ingress" | "egress") => rulesBeforeDeny(list(of(field)));
  // Without types, a policy is of those directions that it has rules of, and of ingress where it has none.
  const has = (field: "ingress" | "egress"): boolean => list(of(field)).length > 0;
  const types = (type: "Ingress" | "Egress"): boolean => {
    if (list(of("types")).length > 0) return list(of("types")).includes(type);
    return type === "Egress" ? has("egress") : has("ingress") || !has("egress");
  };
  return [
    {
      resource,
      get namespace() {
        return isGlobal ? undefined : namespaceOf(resource);
      },
      get selector() {
        return expressionSelector(text(of("selector")) ?? "");
      },
      get governsIngress() {
        return types("Ingress");
      },
      get admitsEveryone() {
        return types("Ingress") && some(allowing("ingress"), (rule) => isEverybody(at(rule, "source"), isGlobal));
      },
      get opensEgress() {
        const open = allowing("egress").filter((rule) => list(at(rule, "destination", "ports")).length === 0);
        const isOpen = (rule: unknown) => {
          const destination = at(rule, "destination");
          const blocks = [{ cidr: "0.0.0.0/0", except: list(at(destination, "notNets")).map(String) }];
          return isEverybody(destination, isGlobal) && !spareInside(blocks);
        };
        return types("Egress") && open.some(isOpen);
      },
    },
  ];
}

/** Rules that allow, up to the first that denies: what that one leaves over is not known here. */
function rulesBeforeDeny(rules: readonly unknown[]): unknown[] {
  const end = rules.findIndex((rule) => at(rule, "action") === "Deny");
  return rules.slice(0, end < 0 ? undefined : end).filter((rule) => at(rule, "action") === "Allow");
}

/** Fields that narrow a peer. */
const NAMES = ["selector", "namespaceSelector", "serviceAccounts", "services", "domains"];

function isEverybody(peer: unknown, isGlobal: boolean): boolean {
  const nets = list(at(peer, "nets")).flatMap(blockOf);
  if (nets.length > 0) return coverMost(nets);
  const named = NAMES.filter((name) => fields(peer)[name] !== undefined);
  // Of a namespaced policy, a selector alone selects pods of its namespace.
  const isAll = (name: string) => /^(all\(\))?$/.test((text(at(peer, name)) ?? "no text").trim());
  return named.every(isAll) && (named.length === 0 || isGlobal || named.includes("namespaceSelector"));
}

const EQUAL = /^(?<key>[\w./-]+)\s*==\s*(?<quote>["'])(?<value>[^"']*)\k<quote>$/;

/** Equations joined by `&&`; what else an expression says is taken to hold. */
function expressionSelector(expression: string): Selector {
  const isJoined = !/\|\||[!()]/.test(expression.replaceAll(/\b(all|has)\([^()]*\)/g, ""));
  const pairs = (isJoined ? expression.split("&&") : []).flatMap((term) => {
    const { key, value } = EQUAL.exec(term.trim())?.groups ?? {};
    return key === undefined || value === undefined ? [] : [{ key, values: [value] }];
  });
  const [required] = pairs;
  return {
    selects: (labels: Labels) => pairs.every(({ key, values }) => values.includes(labels.get(key) ?? "")),
    ...(required !== undefined && { required }),
  };
}
