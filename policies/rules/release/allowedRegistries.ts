import { parseImage } from "../../../components/config/image.js";
import { quote } from "../../../components/config/problems.js";
import { judgeImages } from "../../images/images.js";
import { comesFrom } from "../../images/registries.js";
import { strings } from "../../read/values.js";
import { wholeResourceRule } from "../../rule.js";

export const allowedRegistries = wholeResourceRule(
  {
    name: "allowed-registries",
    description: "Every image comes from a registry that the platform allows.",
    why: "An image of an unknown publisher runs beside prompts and weights; a mirror of your own also outlives a registry's outage.",
    remediationSteps:
      "Copy the image to a registry of the rule's `registries`, or have its registry added there after review.",
    equalForms:
      "Judged alike: the images that `image-pinned` judges. `registries` has hosts (`ghcr.io`), folders of them (`ghcr.io/acme`) and hosts with `*` for a part between dots. Names of Docker Hub are read as Docker does: `nginx` is `docker.io/library/nginx`, and a place without a host is a folder of Docker Hub. Empty: any registry. Not seen: what a chart chooses itself, and mirrors that nodes are told to use.",
    severity: "high",
    enforcementLevel: "advisory",
    configSchema: {
      properties: {
        registries: {
          type: "array",
          items: { type: "string" },
          default: [],
          description: "Hosts and folders that images may come from, such as ghcr.io/acme; empty allows any.",
        },
      },
    },
  },
  (resource, report, settings) => {
    const allowed = strings(settings["registries"]).filter((place) => place.trim() !== "");
    if (allowed.length === 0) return;
    judgeImages(resource, ({ where, name, isRepositoryStated }) => {
      // What is no reference is for image-pinned.
      if (name === undefined || !isRepositoryStated || parseImage(name) === undefined) return;
      if (comesFrom(name, allowed)) return;
      report(`${where}: image ${quote(name)} is of another registry: allowed are ${allowed.join(", ")}`);
    });
  },
);
