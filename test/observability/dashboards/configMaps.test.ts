import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { dashboardsSchema } from "../../../components/contract/observability/dashboards.js";
import { dashboardConfigMaps } from "../../../components/observability/dashboards/configMaps.js";
import { dashboardsOf } from "../../../components/observability/dashboards/dashboards.js";

const LINKS = { stack: "prod", runbooks: "https://example.com/runbooks" };
const ROOT = join(__dirname, "../../..");

describe("ConfigMaps of dashboards", () => {
  it("are what the sidecar of Grafana's chart selects, in the folder of the config", () => {
    const config = dashboardsSchema.parse({ folder: "Models", labels: { dashboards: "yes" } });
    const [first] = dashboardConfigMaps(config, LINKS);
    assert.deepEqual(first, {
      metadata: {
        name: "vllm-fleet-prod",
        labels: {
          "app.kubernetes.io/name": "vllm",
          "app.kubernetes.io/part-of": "prod",
          "app.kubernetes.io/managed-by": "pulumi",
          dashboards: "yes",
        },
        annotations: { grafana_folder: "Models" },
      },
      data: { "vllm-fleet-prod.json": dashboardsOf(LINKS)[0]!.json },
    });
  });

  it("are selected by the platform's Grafana where the config says nothing", () => {
    const all = dashboardConfigMaps(dashboardsSchema.parse({}), LINKS);
    assert.deepEqual(
      all.map(({ metadata }) => [metadata.labels["grafana_dashboard"], metadata.annotations["grafana_folder"]]),
      Array.from({ length: 6 }, () => ["1", "vLLM"]),
    );
  });

  it("are none where none are wanted", () => {
    assert.deepEqual(dashboardConfigMaps(dashboardsSchema.parse({ install: false }), LINKS), []);
  });

  it("share neither name nor file with those of another stack in the same namespace and Grafana", () => {
    const names = (stack: string): string[] =>
      dashboardConfigMaps(dashboardsSchema.parse({}), { ...LINKS, stack }).flatMap(({ metadata, data }) => [
        metadata.name,
        ...Object.keys(data),
      ]);
    assert.equal(new Set([...names("prod"), ...names("staging")]).size, 24);
  });

  it("load Grafana's SDK only when they are made", () => {
    const script = `
      const { dashboardConfigMaps } = require("./components/observability/dashboards/configMaps.ts");
      const loaded = () => Object.keys(require.cache).filter((file) => file.includes("grafana-foundation-sdk")).length;
      const before = loaded();
      dashboardConfigMaps({ install: false, folder: "vLLM", labels: {} }, ${JSON.stringify(LINKS)});
      console.log(before, loaded());`;
    assert.equal(execFileSync("node", ["--import", "tsx", "-e", script], { cwd: ROOT, encoding: "utf8" }), "0 0\n");
  });
});
