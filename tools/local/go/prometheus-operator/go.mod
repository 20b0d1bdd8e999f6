// For its CRDs, at the version of the chart kube-prometheus-stack in components/platform/charts.ts; nothing of it is built,
// so `go mod tidy` would take it out: set another version by `go get`.
module pulumi-vllm.dev/tools/local/prometheus-operator

go 1.26.0

require github.com/prometheus-operator/prometheus-operator v0.93.1
