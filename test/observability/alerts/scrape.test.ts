import { needsPromtool } from "../../promtool.js";
import { always, deployment, engine, itAlerts, ofRelease, R2, SCOPE, series, then, scraped, WELL } from "./world.js";

describe("alerts on series that are missing", () => {
  needsPromtool();

  const two = deployment({ wanted: always(2), ready: always(2) });

  itAlerts("VllmScrapeMissing", {
    fires: { series: [...two, ...engine("a", {})], labels: [ofRelease()] },
    near: {
      "both are scraped": { series: [...two, ...engine("a", {}), ...engine("b", {})] },
      "one is not ready": { series: [...deployment({ wanted: always(2), ready: always(1) }), ...engine("a", {})] },
      "less than five minutes": {
        series: [...deployment({ wanted: always(2), ready: then(1, 30, 2) }), ...engine("a", {})],
        at: 34,
      },
    },
    silent: { "the model is at zero": { series: deployment({ wanted: always(0), ready: always(0) }) } },
  });

  describe("of a target that does not answer", () => {
    itAlerts("VllmScrapeMissing", {
      fires: { series: [...WELL, series("up", scraped("a"), always(0))], labels: [ofRelease()] },
      near: {},
      silent: {},
    });
  });

  const gone = "1+0x60 _x180";
  const ofStack = { namespace: SCOPE.namespace, vllm_stack: SCOPE.stack };

  itAlerts("VllmStateMissing", {
    fires: {
      series: [
        ...deployment({ wanted: gone, ready: gone }),
        ...deployment({ wanted: always(1), ready: always(1) }, R2),
      ],
      labels: [ofStack],
    },
    near: {
      "less than ten minutes": { series: deployment({ wanted: gone, ready: gone }), at: 44 },
      "it has never been made, while its weights are being fetched": {
        series: deployment({ wanted: always(1), ready: always(1) }, R2),
      },
    },
    silent: { "the model is at zero": { series: deployment({ wanted: always(0), ready: always(0) }) } },
  });
});
