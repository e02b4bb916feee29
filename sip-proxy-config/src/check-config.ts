/** Asks Kamailio itself whether it takes a configuration (`kamailio -c`), without starting it. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type CheckResult = { ok: true } | { ok: false; lines: string[] };

const deadlineMs = 20_000;
const keptLines = 30;

/** `kamailio`: path of the program. Not ok: what Kamailio says against the text, or that it could not be run. */
export async function checkKamailioConfig(configText: string, kamailio: string): Promise<CheckResult> {
  const directory = await mkdtemp(join(tmpdir(), "la2-proxy-check-"));
  try {
    const file = join(directory, "kamailio.cfg");
    await writeFile(file, configText, { mode: 0o600 });
    return await runCheck(kamailio, ["-c", "-E", "-f", file, "-Y", directory, "-w", directory]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function runCheck(kamailio: string, options: string[]): Promise<CheckResult> {
  return new Promise((resolve) => {
    execFile(kamailio, options, { timeout: deadlineMs, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true });
      const said = `${stdout}${stderr}`.split("\n").filter((line) => /ERROR|CRITICAL|parse error/.test(line));
      resolve({ ok: false, lines: said.length > 0 ? said.slice(0, keptLines) : [error.message] });
    });
  });
}
