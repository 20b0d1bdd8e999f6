import { parseImage, pinOf } from "../../../components/config/image.js";
import { quote } from "../../../components/config/problems.js";
import { judgeImages } from "../../images/images.js";
import { wholeResourceRule } from "../../rule.js";

export const imagePinned = wholeResourceRule(
  {
    name: "image-pinned",
    description: "Every image of a container or a volume is pinned.",
    why: "A tag can be moved: the same reviewed text then runs another vLLM, and a rollback may not restore the old one.",
    remediationSteps: "Name the image by a version tag with its digest: name:tag@sha256:…",
    equalForms:
      "Judged alike: containers of any kind and of init, sidecar and ephemeral containers, image volumes, `image` fields of custom resources, and images in charts' values (`image`, or `registry`, `repository`, `tag` and `digest`), where a version tag is enough. A version tag names a whole version, a date, a build or a commit; `v0`, `v0.30`, `release-2` and `cu129` move. Tags of registry.k8s.io never do. Not seen: images that a chart or an operator chooses itself.",
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
  (resource, report, settings) => {
    const byTag = settings["require"] === "tag";
    const fix = byTag
      ? "use a version tag, such as name:v1.2.3"
      : "use a version tag with its digest, name:tag@sha256:…";
    judgeImages(resource, ({ where, name, isWhole, isOfChart, isTagStated }) => {
      // Who completes the pod may give it.
      if ((name === undefined && !isWhole) || !isTagStated) return;
      const got = `${where}: image ${quote(name)}`;
      const image = parseImage(name ?? "");
      const pin = image && pinOf(image);
      // A chart may write an image in a form of its own, and its version decides what a version tag means.
      if (pin === undefined) {
        if (!isOfChart) report(`${got} is no image reference: ${fix}`);
      } else if (pin === "none") report(`${got} is not pinned: ${fix}`);
      else if (pin === "tag" && !byTag && !isOfChart) {
        report(`${got} is pinned by its tag alone, which can be moved: ${fix}`);
      }
    });
  },
);
