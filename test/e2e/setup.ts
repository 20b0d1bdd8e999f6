/** What mocha runs before and after all end-to-end tests. */
import { endScenarios } from "./scenario";
import { endWorld, startWorld } from "./world";

export async function mochaGlobalSetup(): Promise<void> {
  await startWorld();
}

export async function mochaGlobalTeardown(): Promise<void> {
  await endWorld();
}

export const mochaHooks = { afterEach: endScenarios };
