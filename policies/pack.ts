/** The pack's entry. The only place that builds a PolicyPack: doing so starts a gRPC server. */
import { PolicyPack } from "@pulumi/policy";

import { rules } from "./rules/index.js";

new PolicyPack("pulumi-vllm", { policies: rules });
