/**
 * One runner for everything. `unit` is pure or in-process and fast; `integration` opens real sockets and starts real programs, several files at a time; `interface` renders
 * the softphone in jsdom; `system` (`*.system.test.ts`) runs one file at a time, because each brings up whole offices with their browsers or ports of its own.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/support/longest-first.ts";
import { aboutSqlite, isOnPostgres, onStoreOfTheRun } from "./tests/support/store-of-the-run.ts";

/** Hundreds of programs are started: each finds its code compiled by those before. */
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/la2-cti", import.meta.url));

const system = ["tests/**/*.system.test.ts"];
const integration = ["**/*.integration.test.ts", "tests/**/*.test.ts"];
const long = ["**/*.long.test.ts"];
/** Real programs on a machine that others use as well: in CI what fails is run once more, and told as such. */
const retry = process.env["CI"] === "true" ? 1 : 0;
const never = ["**/node_modules/**", "**/dist/**", "tests/architecture/planted/**"];
const elsewhere = [...never, ...long, ...(isOnPostgres ? aboutSqlite : [])];

export default defineConfig({
  test: {
    reporters: ["default", "./tests/support/closing-line-reporter.ts"],
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          // Pure code leaves nothing behind, and a worker for each file would cost more than the tests.
          isolate: false,
          ...onStoreOfTheRun,
          include: [
            "{cti-box,crm-bridge,sip-proxy-config}/**/*.test.ts",
            "softphone/src/{shared,main,preload}/**/*.test.ts",
            "softphone/src/renderer/**/*.test.ts",
          ],
          exclude: [...elsewhere, ...integration],
          // A year of the retention job asks a server some thousand questions.
          testTimeout: isOnPostgres ? 60_000 : 10_000,
        },
      },
      {
        // design-react-kit names its entry for bundlers ("module") only.
        resolve: { conditions: ["module", "node", "development|production"] },
        ssr: { resolve: { conditions: ["module", "node", "development|production"] } },
        test: {
          name: "interface",
          server: { deps: { inline: ["design-react-kit"] } },
          environment: "jsdom",
          include: ["softphone/src/renderer/**/*.test.tsx"],
          exclude: never,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "integration",
          ...onStoreOfTheRun,
          retry,
          include: integration,
          exclude: [...elsewhere, ...system],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: true,
          // These tests mostly wait: four at a time fit on two cores.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "system",
          ...onStoreOfTheRun,
          retry,
          include: system,
          exclude: elsewhere,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      ...(isOnPostgres
        ? [
            {
              test: {
                name: "sqlite",
                globalSetup: onStoreOfTheRun.globalSetup,
                include: aboutSqlite,
                testTimeout: 120_000,
              },
            },
          ]
        : []),
    ],
  },
});
