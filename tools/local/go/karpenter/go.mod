// Karpenter for AWS, at the version of the charts in components/platform/charts.ts: its CRDs are read, and nothing is built. The module
// itself asks for Go 1.26.10; so says nothing here, so that an older Go can fetch it, too.
module pulumi-vllm.dev/tools/local/karpenter

go 1.26.0

require github.com/aws/karpenter-provider-aws v1.15.1 // indirect
