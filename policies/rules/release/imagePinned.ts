import { parseImage, pinOf } from "../../../components/config/image.js";
import { quote } from "../../../components/config/problems.js";
import { each } from "../../read/unknown.js";
import { at, list, text } from "../../read/values.js";
import { workloadRule } from "../../rule.js";

export const imagePinned = workloadRule(
  {
    name: "image-pinned",
    description: "Every image of a container or a volume is pinned.",
    why: "A tag can be moved: the same reviewed text then runs another vLLM, and a rollback may not restore the old one.",
    remediationSteps: "Name the image by a version tag with its digest: name:tag@sha256:…",
    severity: "high",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        require: {
          type: "string",
          enum: ["tag", "digest"],
          default: "digest",
          description: "What an image has to carry: a version tag, or a digest.",
        },
      },
    },
  },
  (workload, report, settings) => {
    const byTag = settings["require"] === "tag";
    const fix = byTag
      ? "use a version tag, such as name:v1.2.3"
      : "use a version tag with its digest, name:tag@sha256:…";
    const volumes = list(workload.podSpec["volumes"]).flatMap((volume) => {
      const image = text(at(volume, "image", "reference"));
      return image === undefined ? [] : [{ where: `volume ${quote(text(at(volume, "name")) ?? "")}`, image }];
    });
    each([...workload.containers, ...volumes], ({ where, image: name }) => {
      // Who completes the pod may give it.
      if (name === undefined && !workload.isWhole) return;
      const got = `${where}: image ${quote(name)}`;
      const image = parseImage(name ?? "");
      const pin = image && pinOf(image);
      if (pin === undefined) report(`${got} is no image reference: ${fix}`);
      else if (pin === "none") report(`${got} is not pinned: ${fix}`);
      else if (pin === "tag" && !byTag) report(`${got} is pinned by its tag alone, which can be moved: ${fix}`);
    });
  },
);
