import { chartsOf } from "../../charts/charts.js";
import { exposuresIn, hostAccessIn, type Weakness } from "../../charts/weaknesses.js";
import { valuesOf } from "../../charts/values.js";
import { objectsOf } from "../../objects/objects.js";
import { pathText } from "../../objects/path.js";
import { visitObjects } from "../../objects/visit.js";
import { all, each } from "../../read/unknown.js";
import { wholeResourceRule } from "../../rule.js";

/** Charts of agents that work on the node itself; in other charts' values, they are below keys of these names. */
const NODE_AGENT =
  /((node|windows|stats)[-_]?exporter|dranet|dra[-_]driver|device[-_]?plugin|gpu[-_]?(operator|feature)|network[-_]?operator|dcgm|csi|cni|cilium|calico|flannel|kube[-_]?proxy|node[-_]?(agent|feature|local|problem|termination)|nfd|driver|toolkit|mig[-_]?manager|fluent|promtail|alloy|vector|filebeat|datadog|falco|tetragon|beyla|pyroscope|otel|opentelemetry|cadvisor|smi|speaker|metallb|rdma|multus|spiderpool|daemonset|agent)/i;

export const helmValuesSafe = wholeResourceRule(
  {
    name: "helm-values-safe",
    description: "A chart's values give no container its node, and open neither runtimes nor dashboards to everybody.",
    why: "What a chart makes of its values is seen by no other rule: a line of them can undo what these guard.",
    remediationSteps: "Remove the value, or judge what the chart makes: `helm template … | npx pulumi-vllm judge -`.",
    equalForms:
      "Values are read as objects, as YAML text and as `set` lists, of every kind that `helm-chart-version` knows. Refused: privileged containers, namespaces, paths and ports of the host, root as user, added capabilities, Grafana without sign-in, and Services `LoadBalancer` or `NodePort` of a runtime, Prometheus, Alertmanager or Grafana. Agents that work on nodes, such as exporters, device plugins, drivers and CSI, may have their node. A load balancer that its annotations or `loadBalancerSourceRanges` keep internal is good. Not seen: files of values, and what a chart's own defaults say.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const charts = chartsOf(resource).map(({ chart }) => chart);
    const isAgent = charts.length > 0 && charts.every((chart) => NODE_AGENT.test(chart));
    each(objectsOf(resource), (object) =>
      each(valuesOf(object), ({ path: root, value }) =>
        visitObjects(
          value,
          (found, path) => {
            const say = ({ keys, is, instead }: Weakness) =>
              report(`${pathText([...object.path, ...path, ...keys])} ${is}: ${instead}`);
            const own = path.slice(root.length);
            all(
              () => {
                if (!isAgent && !own.some((key) => NODE_AGENT.test(String(key)))) hostAccessIn(found, say);
              },
              () => exposuresIn(found, own, charts, say),
            );
            return true;
          },
          root,
        ),
      ),
    );
  },
);
