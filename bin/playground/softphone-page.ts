/** The softphone's page has to be built once, and again after a change of its sources. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { projectDirectory } from "./folders.ts";

const page = join(projectDirectory, "softphone/dist/renderer");
const sources = [
  "softphone/src/renderer",
  "softphone/src/shared",
  "softphone/vite.config.ts",
  "cti-box/contracts",
  "crm-bridge/contracts",
];

export type PageState = "built" | "missing" | "older than its sources";

export function pageState(): PageState {
  const index = join(page, "index.html");
  if (!existsSync(index)) return "missing";
  const newest = Math.max(...sources.map((source) => newestChangeMs(join(projectDirectory, source))));
  return newest > statSync(index).mtimeMs ? "older than its sources" : "built";
}

function newestChangeMs(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChangeMs(join(path, name))));
}

/** Builds the page beside the old one and puts it in its place. Throws with the build's words when it fails. */
export async function buildPage(): Promise<void> {
  const softphone = join(projectDirectory, "softphone");
  const vite = join(
    dirname(createRequire(join(softphone, "package.json")).resolve("vite/package.json")),
    "bin/vite.js",
  );
  const fresh = `${page}.new-${process.pid}`;
  const child = spawn(process.execPath, [vite, "build", "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn"], {
    cwd: softphone,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (words += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`the softphone's page could not be built:\n${words.trim()}`);
  }
  rmSync(page, { recursive: true, force: true });
  renameSync(fresh, page);
}
