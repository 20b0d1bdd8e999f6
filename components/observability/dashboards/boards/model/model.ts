/** *Model*: one model, two of its releases side by side, each against the numbers of its own contract. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "../../board.js";
import type { BoardLinks } from "../../links.js";
import { datasource, oneModel, oneNamespace, other, release as releaseVariable, stack } from "../../variables.js";
import { state } from "./now.js";
import { sideBySide } from "./sides.js";
import { users } from "./users.js";
import { traffic } from "./traffic.js";
import { engine } from "./engine.js";

export function model(links: BoardLinks): Dashboard {
  return board({
    name: "model",
    description: "One model, two releases of it side by side, against the numbers of their contracts.",
    links,
    variables: [datasource(), stack(links.stack), oneNamespace(), oneModel(), releaseVariable(), other()],
    rollouts: "model",
    rows: [
      { title: "Now", panels: state(links) },
      { title: "What users feel", panels: users() },
      { title: "$release beside $other", panels: sideBySide() },
      { title: "Traffic", panels: traffic() },
      { title: "Engine", panels: engine() },
    ],
  });
}
