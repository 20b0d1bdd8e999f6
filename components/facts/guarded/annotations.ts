/** Annotations of pods by which admission webhooks put code or containers into them that no image of the pod has. */
import type { GuardedSetting } from "./setting.js";

export interface GuardedAnnotations extends GuardedSetting {
  /** Keys; `*` stands for any text. */
  keys: readonly string[];
}

const OFF = /^\s*(false|disabled|)\s*$/i;

export const GUARDED_ANNOTATIONS: readonly GuardedAnnotations[] = [
  {
    keys: ["instrumentation.opentelemetry.io/inject-*"],
    danger: "injects",
    why: "has the operator load a library into the process, by PYTHONPATH or as another container",
    instead: "leave it out: vLLM sends traces itself, by --otlp-traces-endpoint",
    source:
      "https://aws-otel.github.io/docs/getting-started/adot-eks-add-on/config-auto-instrumentation, read 2026-11-26",
    harmless: OFF,
  },
  {
    keys: ["admission.datadoghq.com/*-lib.version", "admission.datadoghq.com/*-lib.custom-image"],
    danger: "injects",
    why: "has Datadog's admission controller load a library into the process",
    instead: "leave it out: scrape vLLM's metrics",
    source: "https://docs.datadoghq.com/tracing/guide/local_sdk_injection, read 2026-11-26",
    harmless: OFF,
  },
  {
    keys: ["vault.hashicorp.com/agent-image", "vault.hashicorp.com/agent-inject-command*"],
    danger: "injects",
    why: "has the injector run another image or a command beside the engine",
    instead: "leave it out: the injector's own image and templates are enough to render secrets",
    source: "https://developer.hashicorp.com/vault/docs/platform/k8s/injector/annotations, read 2026-11-26",
  },
  {
    keys: ["inject.istio.io/templates", "sidecar.istio.io/proxyImage", "sidecar.istio.io/userVolume*"],
    danger: "injects",
    why: "has Istio put in another template, image or volume than the mesh's own",
    instead: "leave it out: set it for the mesh, where it is reviewed",
    source: "https://istio.io/latest/docs/reference/config/annotations/, read 2026-11-26",
    // The templates that Istio comes with.
    harmless: /^\s*(sidecar|gateway|grpc-simple|grpc-agent)?\s*$/,
  },
  {
    keys: [
      ...["config.linkerd.io/enable-debug-sidecar", "config.linkerd.io/debug-image"],
      ...["config.linkerd.io/proxy-image", "config.linkerd.io/init-image"],
    ],
    danger: "injects",
    why: "has Linkerd put in another image than the mesh's own, or one that reads all traffic",
    instead: "leave it out: set images for the mesh, and debug a copy that serves nobody",
    source:
      "https://github.com/linkerd/linkerd2, pkg/k8s/labels.go at b24cd40, read 2026-11-26; init-image: from the project's documentation, not read here",
    harmless: OFF,
  },
];
