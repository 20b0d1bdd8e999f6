/** How KEDA may ask Prometheus, and how Prometheus finds the models' pods. */
import { z } from "zod";
import { secretRefSchema } from "../config/secretRef.js";

const client = "Client certificate";

/**
 * Part of what KEDA's prometheus scaler knows: a bearer token or a user, each with a client certificate or without, a client
 * certificate alone, or AWS' own signature. OAuth, API keys and custom headers are not offered. An authority of one's own counts
 * only beside one of these.
 * Source: pkg/scalers/authentication and pkg/scalers/prometheus_scaler.go of https://github.com/kedacore/keda, 2.20.2.
 */
export const authenticationSchema = z
  .strictObject({
    bearer: secretRefSchema("token").optional().describe("Bearer token"),
    basic: z
      .strictObject({ username: secretRefSchema("username"), password: secretRefSchema("password") })
      .optional()
      .describe("User and password"),
    tls: z
      .strictObject({
        ca: secretRefSchema("ca.crt")
          .optional()
          .describe("Authority of the server's certificate; default: the public ones"),
        certificate: secretRefSchema("tls.crt").optional().describe(client),
        privateKey: secretRefSchema("tls.key").optional().describe(`${client}'s key`),
      })
      .refine(({ certificate, privateKey }) => (certificate === undefined) === (privateKey === undefined), {
        error: "certificate and privateKey belong together: give both or neither",
      })
      .optional()
      .describe("Certificates of the connection"),
    aws: z
      .strictObject({
        region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "is not an AWS region: use a form such as eu-central-1"),
      })
      .optional()
      .describe("Amazon Managed Prometheus: requests are signed by the AWS identity of KEDA's operator"),
  })
  .refine(({ bearer, basic }) => bearer === undefined || basic === undefined, { error: "give either bearer or basic" })
  .refine(({ bearer, basic, tls, aws }) => aws === undefined || !(bearer ?? basic ?? tls), {
    error: "KEDA takes aws alone: leave out bearer, basic and tls",
  })
  .refine(({ bearer, basic, tls, aws }) => (bearer ?? basic ?? tls?.certificate ?? aws) !== undefined, {
    error: "give bearer, basic, aws, or tls with a client certificate: without one of them KEDA ignores tls.ca",
  })
  .describe("How KEDA proves to Prometheus who it is; Secrets are those of the models' namespace; default: not at all");
export type PrometheusAuthentication = z.infer<typeof authenticationSchema>;

/** How Prometheus finds the pods. */
export const monitorsSchema = z
  .enum(["podMonitor", "annotations", "none"])
  .default("podMonitor")
  .describe(
    "How Prometheus finds the pods: podMonitor for its operator, annotations for a job that reads prometheus.io/scrape, port and path, none for a " +
      "scrape of your own",
  );

const labelName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "is not a label's name in Prometheus: use letters, digits and _");

/** Labels that tell the series of a release; the operator's are ours to choose. */
export const seriesLabelsSchema = z
  .strictObject({
    namespace: labelName.default("namespace").describe("Label with the pods' namespace"),
    pod: labelName.default("pod").describe("Label with the pod's name"),
    model: labelName
      .optional()
      .describe(
        "Label with the model's key; default: app_kubernetes_io_instance with annotations, vllm_model with none",
      ),
    release: labelName
      .optional()
      .describe("Label with the release; default: pulumi_vllm_dev_release with annotations, vllm_release with none"),
  })
  .describe("Labels that the scrape puts on every series and on up, where monitors is annotations or none");
export type SeriesLabels = Required<z.infer<typeof seriesLabelsSchema>>;
export type Monitors = z.infer<typeof monitorsSchema>;
