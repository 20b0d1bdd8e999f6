import assert from "node:assert/strict";
import { kubeconfigOf } from "../../../tools/cluster/kubeconfig.js";

describe("the kubeconfig of a command", () => {
  it("is found as kubectl finds it: all files of the variable, else the one at home", () => {
    assert.equal(kubeconfigOf({}, { KUBECONFIG: ":/a:/b" }), "/a:/b");
    assert.match(kubeconfigOf({}, { KUBECONFIG: "" }), /\/\.kube\/config$/);
    assert.match(kubeconfigOf({}, {}), /\/\.kube\/config$/);
  });

  it("is the one that the call names", () => {
    assert.equal(kubeconfigOf({ kubeconfig: "/c" }, { KUBECONFIG: "/a" }), "/c");
  });
});
