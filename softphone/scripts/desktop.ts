/**
 * Starts the desktop application: npm run desktop -w softphone [-- LINK]
 * The Electron program (about 100 MB) is fetched from its own site at the first start; where that cannot be reached it is said plainly.
 */
import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

const notFetched = `The Electron program could not be fetched.

It comes from github.com the first time, and is kept afterwards. If this machine goes to the internet through a proxy, set
HTTPS_PROXY; if it has its own mirror, set ELECTRON_MIRROR; if Electron ${electronVersion()} is unpacked somewhere already, set
ELECTRON_OVERRIDE_DIST_PATH to that folder. The softphone works in a browser in the meantime: open the office's address there.
`;

function electronVersion(): string {
  return (require("electron/package.json") as { version: string }).version;
}

/** Path of the program; null when it is not here and cannot be fetched. */
function electronProgram(): string | null {
  try {
    return require("electron") as string;
  } catch {
    return null;
  }
}

function build(config: string): void {
  const vite = join(dirname(require.resolve("vite/package.json")), "bin/vite.js");
  const built = spawnSync(process.execPath, [vite, "build", "--config", config, "--logLevel", "warn"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (built.status !== 0) process.exit(1);
}

for (const config of ["vite.desktop.config.ts", "vite.preload.config.ts"]) build(config);
const program = electronProgram();
if (program === null) {
  process.stderr.write(notFetched);
  process.exitCode = 1;
} else {
  const child = spawn(program, [join(folder, "dist/desktop/main/main.js"), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  child.once("exit", (code) => (process.exitCode = code ?? 1));
}
