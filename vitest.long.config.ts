/**
 * The long tests (`npm run test:long`, or parts of it by name: `npm run test:long -- soak`): minutes each, one file at a time, because they measure memory and load.
 * What they found last stands in docs/reliability.md.
 */
import { defineConfig } from "vitest/config";
import { onStoreOfTheRun } from "./tests/support/store-of-the-run.ts";

export default defineConfig({
  test: {
    name: "long",
    ...onStoreOfTheRun,
    reporters: ["default", "./tests/support/closing-line-reporter.ts"],
    passWithNoTests: false,
    include: ["**/*.long.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    // Two processes of the fuzzer at once.
    maxConcurrency: 2,
  },
});
