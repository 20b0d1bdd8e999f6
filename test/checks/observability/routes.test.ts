import assert from "node:assert/strict";

import { checkRoutes } from "../../../components/checks/observability/routes.js";
import { formatProblem } from "../../../components/config/problems.js";
import { routesSchema } from "../../../components/contract/observability/routes.js";

const told = (routes: object, isOwn: boolean): string[] =>
  checkRoutes(routesSchema.parse(routes), { namespace: "monitoring", isOwn }, "routes").map(formatProblem);

describe("checkRoutes", () => {
  it("refuses a namespace that the stack's own Alertmanager does not read, and takes any of another's", () => {
    assert.deepEqual(told({ namespace: "alerts" }, true), [
      'routes.namespace: "alerts" is not read by the stack\'s Alertmanager, whose operator may read Secrets of "monitoring" alone: leave it out',
    ]);
    assert.deepEqual(told({ namespace: "monitoring" }, true), []);
    assert.deepEqual(told({ namespace: "alerts" }, false), []);
    assert.deepEqual(told({}, true), []);
  });

  it("says nothing of what is not stated", () => {
    assert.deepEqual(checkRoutes(undefined, { namespace: "monitoring", isOwn: true }, "routes"), []);
  });
});
