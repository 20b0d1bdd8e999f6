import type { Command } from "commander";

export function addBench(program: Command): void {
  const bench = program
    .command("bench")
    .description("Measure the tools on this machine, and the fit against real servers.");
  bench
    .command("preview")
    .description(
      "Time and memory of the offline preview: of the staging stack, and of stacks of 1, 100 and 500 models.",
    )
    .action(async () => {
      const { benchPreview } = await import("../bench/preview.js");
      benchPreview();
    });
  bench
    .command("judge")
    .description("Time and memory of judge: of the manifests of stacks of 1, 56 and 560 models.")
    .action(async () => {
      const { benchJudge } = await import("../bench/judge.js");
      benchJudge();
    });
  bench
    .command("observability")
    .description("Rules of 300 models in a real Prometheus, which takes seven minutes, and the size of dashboards.")
    .action(async () => {
      const { benchObservability } = await import("../bench/observability.js");
      await benchObservability();
    });
  bench
    .command("fill")
    .description("Throughput of fills of the weights' cache, against plain copying of the same bytes.")
    .action(async () => {
      const { benchFill } = await import("../bench/fill.js");
      await benchFill();
    });
  bench
    .command("batch")
    .description("Time and memory of splitting and joining a batch of 1 million lines; takes 4 GB of disk for a while.")
    .action(async () => {
      const { benchBatch } = await import("../bench/batch.js");
      benchBatch();
    });
  bench
    .command("fit")
    .description("The fit against logs of real servers: what it says of each, and what the server said.")
    .action(async () => {
      const { printCalibration } = await import("../calibration/report.js");
      printCalibration();
    });
  bench
    .command("gateway")
    .description("What the gateway adds to requests and to 200 streams, against Envoy alone and no proxy; root, Linux.")
    .action(async () => {
      const { benchGateway } = await import("../bench/gateway.js");
      await benchGateway();
    });
  bench
    .command("e2e")
    .description(
      "Times on a real control plane: start, apply of 1, 50 and 200 models, from a load's breach to new replicas.",
    )
    .action(async () => {
      const { benchControlPlane } = await import("../bench/e2e.js");
      await benchControlPlane();
    });
}
