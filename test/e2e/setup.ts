/** What mocha runs before and after all end-to-end tests. */
import { endScenarios } from "./scenario.js";
import { endWorld, startWorld } from "./world.js";

export async function mochaGlobalSetup(): Promise<void> {
  await startWorld();
}

export async function mochaGlobalTeardown(): Promise<void> {
  await endWorld();
}

export const mochaHooks = { afterEach: endScenarios };
