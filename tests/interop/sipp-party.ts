/** sipp as one more telephone of the tests' exchange: every scenario is one call or registration that has to go exactly as it says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type SippPart = {
  scenario: "register" | "transferor" | "caller-stays" | "party";
  /** The telephone's own address. */
  host: string;
  port: number;
  user: string;
  transport?: "udp" | "tcp";
  /** Where it calls or registers; none for one that is called. */
  exchange?: string;
  /** User that it calls. */
  service?: string;
  password?: string;
  /** Refer-To of a transferor. */
  referTo?: string;
};

const deadlineMs = 40_000;

/** Resolves when the scenario went to its end; rejects with sipp's own report when it did not. */
export async function playSipp(part: SippPart): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "la2-interop-sipp-"));
  const file = new URL(`scenarios/${part.scenario}.xml`, import.meta.url).pathname;
  const keys = { user: part.user, refer_to: part.referTo ?? "none" };
  const options = {
    "-sf": file,
    "-i": part.host,
    "-p": String(part.port),
    "-t": part.transport === "tcp" ? "t1" : "u1",
    "-s": part.service ?? part.user,
    "-au": part.user,
    "-ap": part.password ?? "none",
    "-m": "1",
    "-d": "300",
    "-timeout": "30s",
    "-error_file": join(folder, "errors"),
  };
  const words = [
    ...(part.exchange === undefined ? [] : [part.exchange]),
    ...Object.entries(options).flat(),
    ...Object.entries(keys).flatMap(([name, value]) => ["-key", name, value]),
    "-nostdin",
    "-timeout_error",
    "-trace_err",
  ];
  const child = spawn("sipp", words, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
  const late = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  const [code] = (await once(child, "exit")) as [number | null];
  clearTimeout(late);
  const report = reportOf(join(folder, "errors"));
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`sipp as ${part.user} (${part.scenario}) ended with ${code}: ${report}`);
}

function reportOf(file: string): string {
  try {
    return readFileSync(file, "utf8").slice(0, 2_000);
  } catch {
    return "(no report)";
  }
}
