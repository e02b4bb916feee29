/** The import rules are checks that can fail: one planted violation per rule has to be caught, and the real tree has to be seen at all. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const configuration = join(root, ".dependency-cruiser.cjs");
const cruiser = join(root, "node_modules/.bin/depcruise");
const folders = ["cti-box", "crm-bridge", "softphone", "sip-proxy-config", "bin", "tests"];

/** For each rule the smallest tree that breaks it: file → text. */
const planted: Record<string, Record<string, string>> = {
  "no-circular": {
    "crm-bridge/src/adapters/store/a.ts": 'import { b } from "./b.ts"; export const a = () => b;',
    "crm-bridge/src/adapters/store/b.ts": 'import { a } from "./a.ts"; export const b = () => a;',
  },
  "not-to-unresolvable": { "bin/a.ts": 'import { x } from "./not-there.ts"; export const y = x;' },
  "domain-imports-only-domain": {
    "cti-box/src/domain/call/a.ts": 'import { readFileSync } from "node:fs"; export const a = readFileSync;',
  },
  "domain-imports-its-own-domain": {
    "crm-bridge/src/domain/a.ts": 'import { b } from "../../../cti-box/src/domain/b.ts"; export const a = b;',
    "cti-box/src/domain/b.ts": "export const b = 1;",
  },
  "application-knows-no-vendor": {
    "cti-box/src/application/a.ts": 'import srf from "drachtio-srf"; export const a = srf;',
  },
  "adapters-do-not-meet": {
    "cti-box/src/adapters/sip/a.ts": 'import { b } from "../media/b.ts"; export const a = b;',
    "cti-box/src/adapters/media/b.ts": "export const b = 1;",
  },
  "adapters-see-ports-not-use-cases": {
    "cti-box/src/adapters/sip/a.ts": 'import { b } from "../../application/call-runner.ts"; export const a = b;',
    "cti-box/src/application/call-runner.ts": "export const b = 1;",
  },
  "contracts-only-from-the-api": {
    "cti-box/src/application/a.ts": 'import { b } from "../../contracts/b.ts"; export const a = b;',
    "cti-box/contracts/b.ts": "export const b = 1;",
  },
  "other-programs-by-contract": {
    "crm-bridge/src/adapters/box/a.ts": 'import { b } from "../../../../cti-box/src/main.ts"; export const a = b;',
    "cti-box/src/main.ts": "export const b = 1;",
  },
  "engine-knows-no-box": {
    "cti-box/sip-engine/a.ts": 'import { b } from "../src/domain/b.ts"; export const a = b;',
    "cti-box/src/domain/b.ts": "export const b = 1;",
  },
  "engine-by-its-door": {
    "cti-box/src/adapters/sip/a.ts": 'import { b } from "../../../sip-engine/message/b.ts"; export const a = b;',
    "cti-box/sip-engine/message/b.ts": "export const b = 1;",
  },
  "connectors-do-not-meet": {
    "crm-bridge/src/connectors/one/a.ts": 'import { b } from "../two/b.ts"; export const a = b;',
    "crm-bridge/src/connectors/two/b.ts": "export const b = 1;",
  },
  "features-without-adapters": {
    "softphone/src/renderer/features/call/a.ts": 'import { b } from "../../adapters/b.ts"; export const a = b;',
    "softphone/src/renderer/adapters/b.ts": "export const b = 1;",
  },
  "features-do-not-meet-inside": {
    "softphone/src/renderer/features/call/a.ts": 'import { b } from "../ticket/form/b.ts"; export const a = b;',
    "softphone/src/renderer/features/ticket/form/b.ts": "export const b = 1;",
  },
  "renderer-and-main-meet-in-shared": {
    "softphone/src/renderer/a.ts": 'import { b } from "../main/b.ts"; export const a = b;',
    "softphone/src/main/b.ts": "export const b = 1;",
  },
  "electron-only-in-the-shell": {
    "softphone/src/renderer/a.ts": 'import { app } from "electron"; export const a = app;',
  },
  "sipjs-only-in-adapters-sip": {
    "softphone/src/renderer/features/call/a.ts": 'import { UserAgent } from "sip.js"; export const a = UserAgent;',
  },
  "drachtio-only-in-adapters-sip": {
    "cti-box/src/adapters/api/a.ts": 'import srf from "drachtio-srf"; export const a = srf;',
  },
  "shipped-code-without-tests": {
    "cti-box/src/adapters/api/a.ts": 'import { b } from "../../../testing/b.ts"; export const a = b;',
    "cti-box/testing/b.ts": "export const b = 1;",
  },
};

type Cruise = { summary: { totalCruised: number; violations: { rule: { name: string } }[] } };

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A tree of its own outside of the project, with the project's packages and rules. */
function plant(files: Record<string, string>): string {
  const tree = mkdtempSync(join(tmpdir(), "la2-planted-"));
  made.push(tree);
  for (const folder of folders) mkdirSync(join(tree, folder), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  for (const name of ["tsconfig.json", "tsconfig.base.json", "package.json"]) {
    writeFileSync(join(tree, name), readFileSync(join(root, name)));
  }
  // A tree with nothing for the compiler's configuration to include is refused by the cruiser.
  for (const [file, text] of Object.entries({ "bin/empty.ts": "export {};", ...files })) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  return tree;
}

function cruise(tree: string): Cruise {
  const run = spawnSync(process.execPath, [cruiser, ...folders, "--config", configuration, "--output-type", "json"], {
    cwd: tree,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(run.stdout) as Cruise;
}

describe("import rules", () => {
  const rules = (createRequire(import.meta.url)(configuration) as { forbidden: { name: string }[] }).forbidden;

  it("has one planted violation per rule", () => {
    expect(Object.keys(planted).sort()).toEqual(rules.map((rule) => rule.name).sort());
  });

  it.each(Object.entries(planted))("%s is caught", (rule, files) => {
    const { summary } = cruise(plant(files));
    expect(summary.totalCruised).toBeGreaterThan(0);
    expect(summary.violations.map((violation) => violation.rule.name)).toContain(rule);
  });

  it("sees the real tree: many modules, no violation", () => {
    const { summary } = cruise(root);
    expect(summary.totalCruised).toBeGreaterThan(100);
    expect(summary.violations).toEqual([]);
  });
});

describe("purity of the domain", () => {
  it.each([
    ["a timer", "export const a = (): void => { setTimeout(() => undefined, 1); };"],
    ["the console", 'export const a = (): void => { console.log("x"); };'],
    ["fetch", 'export const a = (): unknown => fetch("http://127.0.0.1");'],
    ["the process", "export const a = (): unknown => process.env;"],
  ])("%s does not compile in a domain folder", (_name, text) => {
    const tree = plant({ "cti-box/src/domain/a.ts": text });
    writeFileSync(join(tree, "tsconfig.domain.json"), readFileSync(join(root, "tsconfig.domain.json")));
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const run = spawnSync(process.execPath, [compiler, "-p", "tsconfig.domain.json"], { cwd: tree, encoding: "utf8" });
    expect(run.status).not.toBe(0);
    expect(run.stdout).toContain("cti-box/src/domain/a.ts");
  });

  it("the clock and chance are refused by the linter in a domain folder", () => {
    const tree = plant({ "cti-box/src/domain/a.ts": "export const a = (): number => Date.now() + Math.random();\n" });
    writeFileSync(join(tree, ".oxlintrc.json"), readFileSync(join(root, ".oxlintrc.json")));
    const run = spawnSync(join(root, "node_modules/.bin/oxlint"), ["cti-box"], { cwd: tree, encoding: "utf8" });
    expect(run.status).not.toBe(0);
    expect(run.stdout).toContain("no-restricted-globals");
    expect(run.stdout).toContain("no-restricted-properties");
  });

  it("no shipped file names this project's build machine or carries a registry address", () => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    expect(lock).not.toMatch(/"resolved": "https?:/);
    const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager)(\.|\/|$)/.test(file))).toEqual([]);
  });
});
