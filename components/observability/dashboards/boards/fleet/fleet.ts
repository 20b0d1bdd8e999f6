/** *Fleet*: every model of a stack. What is opened first at night: what fires, which model it is, and where to look next. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "../../board.js";
import type { BoardLinks } from "../../links.js";
import { datasource, someModels, someNamespaces, stack } from "../../variables.js";
import { now } from "./now.js";
import { models } from "./models.js";
import { users } from "./users.js";
import { room } from "./room.js";
import { OF } from "./queries.js";

export function fleet(links: BoardLinks): Dashboard {
  return board({
    name: "fleet",
    description: "All models of a stack: what fires, who is affected, and what is short of room.",
    links,
    variables: [datasource(), stack(links.stack), someNamespaces(), someModels()],
    rollouts: OF,
    rows: [
      { title: "Now", panels: now(links) },
      { title: "Models against their contracts", panels: models(links) },
      { title: "What users feel", panels: users(links) },
      { title: "Room that is left", panels: room(links) },
    ],
  });
}
