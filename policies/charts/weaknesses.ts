/** What values of charts weaken, by the names that charts give their values: those of the fields that they become. */
import { quote } from "../../components/config/problems.js";
import type { Path } from "../objects/path.js";
import { at, type Fields, isTrue, list, number, text, textEntries } from "../read/values.js";

export interface Weakness {
  /** From the object to the value. */
  keys: Path;
  is: string;
  instead: string;
}

type Say = (weakness: Weakness) => void;

const HOST_NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];
const REMOVE = "remove it";

/** Access to the node that an object of the values gives: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export function hostAccessIn(object: Fields, say: Say): void {
  for (const key of ["privileged", ...HOST_NAMESPACES]) {
    if (isTrue(object[key])) say({ keys: [key], is: "is true", instead: REMOVE });
    // Charts also have it as a switch: hostNetwork: { enabled: true }.
    else if (isTrue(at(object, key, "enabled"))) say({ keys: [key, "enabled"], is: "is true", instead: REMOVE });
  }
  if (number(object["runAsUser"]) === 0)
    say({ keys: ["runAsUser"], is: "is 0, which is root", instead: "use another" });
  const path = text(at(object, "hostPath", "path")) ?? text(object["hostPath"]);
  if (path !== undefined && path !== "") {
    say({ keys: ["hostPath"], is: `is the node's ${quote(path)}`, instead: "use a claim or an emptyDir" });
  }
  if ((number(object["hostPort"]) ?? 0) > 0) {
    say({ keys: ["hostPort"], is: "opens the container on its node's address", instead: REMOVE });
  }
  const added = list(at(object, "capabilities", "add")).filter((capability) => capability !== "NET_BIND_SERVICE");
  if (added.length > 0) say({ keys: ["capabilities", "add"], is: `is ${quote(added)}`, instead: REMOVE });
}

/** Parts that answer whoever reaches them; below keys of these names, or in charts of these names. */
const OPEN_TO_ALL = /(grafana|prometheus|alertmanager|thanos|vllm|serving[-_]?engine|llm|model)/i;
/** Parts that are made to be reached, and check who asks. */
const ENTRANCE = /(gateway|ingress|router|proxy|envoy|istio|traefik|nginx|kong|webhook)/i;

/** Doors that an object of the values opens. @param path of the object in the values */
export function exposuresIn(object: Fields, path: Path, charts: readonly string[], say: Say): void {
  judgeService(object, path, charts, say);
  for (const keys of [["auth.anonymous"], ["grafana.ini", "auth.anonymous"]]) {
    if (isTrue(at(object, ...keys, "enabled"))) {
      say({ keys: [...keys, "enabled"], is: "lets everybody into Grafana", instead: "remove it, and sign in" });
    }
  }
  if (isTrue(object["GF_AUTH_ANONYMOUS_ENABLED"])) {
    say({ keys: ["GF_AUTH_ANONYMOUS_ENABLED"], is: "lets everybody into Grafana", instead: "remove it, and sign in" });
  }
}

function judgeService(object: Fields, path: Path, charts: readonly string[], say: Say): void {
  const isService = /service$/i.test(String(path.at(-1) ?? ""));
  const key = isService ? "type" : "serviceType";
  const type = object[key];
  if (type !== "LoadBalancer" && type !== "NodePort") return;
  const around = (isService ? path.slice(0, -1) : path).map(String).reverse();
  // The nearest name tells what the Service is of.
  const nearest = [...around, ...charts.map((chart) => chart.replace(/^.*\//, ""))].find(
    (name) => OPEN_TO_ALL.test(name) || ENTRANCE.test(name),
  );
  if (nearest === undefined || ENTRANCE.test(nearest) || isInternal(object)) return;
  say({ keys: [key], is: `is ${type}`, instead: "use ClusterIP, and a gateway that asks who calls" });
}

/** Annotations of clouds: an internal load balancer is reached from the network alone. */
const INTERNAL = /(internal|load-balancer-scheme|load-balancer-type)$/;

function isInternal(service: Fields): boolean {
  const ranges = list(service["loadBalancerSourceRanges"]);
  if (ranges.length > 0 && !ranges.some((range) => /\/0$/.test(String(range)))) return service["type"] !== "NodePort";
  return [...textEntries(service["annotations"])].some(
    ([key, value]) => INTERNAL.test(key) && /^(internal|true|intranet)$/i.test(value),
  );
}
