/** Runs one scenario of sipp to its end. Exit code 0 means that every message came as the scenario says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeAlaw } from "../../bin/carrier/alaw.ts";
import { tone } from "../../bin/carrier/sound.ts";

export type SippRun = {
  scenario:
    | "call-and-hang-up"
    | "hold-in-the-ack"
    | "expect-refusal"
    | "cancel-while-ringing"
    | "be-called"
    | "refuse-call"
    | "answer-options"
    | "tell-and-refuse"
    | "registrar"
    | "be-called-challenged"
    | "be-called-through-proxy"
    | "take-over"
    | "tell-in-the-clear"
    | "answer-options-described"
    | "be-told-by-update"
    | "be-told-by-reinvite";
  /** `address:port` of the box; absent: sipp is called, at port 5060 of its address. */
  target?: string;
  from: string;
  /** User that is called, as the request-URI writes it. */
  number: string;
  calls?: number;
  /** Calls begun each second. */
  perSecond?: number;
  /** How long a call lasts, or rings. */
  pauseMs?: number;
  status?: number;
  /** Tone in the place of an announcement, hertz. */
  toneHz?: number;
  /** Header lines added to the INVITE. */
  headers?: readonly string[];
  /** What is offered in place of PCMA over RTP/AVP: the end of the m= line, then further lines. */
  offer?: readonly string[];
  /** Whole session description, of somebody else's sound. */
  description?: string;
  /** Password of the user that is called, who calls as well. */
  password?: string;
  /** What it has to be told of whom it talks with, at first and then: patterns. */
  told?: readonly [string, string];
  /** Absent: UDP. */
  transport?: "tcp";
  /** Where sipp is reached, when that is not where it listens. */
  contact?: string;
  /** What the m= line of the box's answer has to end with, without spaces and a pattern's signs. */
  answer?: string;
};

const deadlineMs = 60_000;

/** Rejects with sipp's own report when a call did not go as the scenario says. */
export async function runSipp(run: SippRun): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "la2-sipp-"));
  const soundFile = join(folder, "tone.alaw");
  writeFileSync(soundFile, Uint8Array.from(tone(run.toneHz ?? 425, 10), encodeAlaw));
  const scenario = readFileSync(new URL(`scenarios/${run.scenario}.xml`, import.meta.url), "utf8")
    .replace("__SOUND__", soundFile)
    .replace("__STATUS__", String(run.status ?? 403))
    .replace("__NUMBER__", run.number.replace("+", "\\+"))
    .replaceAll("__DESCRIPTION__", (run.description ?? "").trimEnd().replaceAll("\r\n", "\n      "))
    .replaceAll("<sip:carrier@[local_ip]:[local_port]>", `<${run.contact ?? "sip:carrier@[local_ip]:[local_port]"}>`)
    .replaceAll("__TOLD_FIRST__", run.told?.[0] ?? "")
    .replaceAll("__TOLD__", run.told?.[1] ?? "")
    .replace("__ANSWER__", `m=audio [0-9]+ ${run.answer ?? ""}`)
    .replace(/m=audio \[media_port\] RTP.*?(?=\n\s*\]\]>)/s, (usual) =>
      run.offer === undefined ? usual : `m=audio [media_port] ${run.offer.join("\n      ")}`,
    )
    .replaceAll(
      /Max-Forwards: 70\n(?=\s*Content-Type)/g,
      ["Max-Forwards: 70", ...(run.headers ?? []).map((line) => `      ${line}`), ""].join("\n"),
    );
  const file = join(folder, "scenario.xml");
  writeFileSync(file, scenario);
  const child = spawn(
    "sipp",
    `${run.target ?? "-p 5060"} -sf ${file} -i ${run.from} -s ${run.number} -au ${run.number} -ap ${run.password ?? "none"} -t ${run.transport === "tcp" ? "t1" : "u1"} -nostdin -trace_err -m ${run.calls ?? 1} -r ${run.perSecond ?? 10} -d ${run.pauseMs ?? 300} -timeout 50s -timeout_error -error_file ${join(folder, "errors.log")}`.split(
      " ",
    ),
    { cwd: folder, stdio: ["ignore", "ignore", "ignore"] },
  );
  const late = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  const [code] = (await once(child, "exit")) as [number | null];
  clearTimeout(late);
  let report = "";
  try {
    report = readFileSync(join(folder, "errors.log"), "utf8").slice(0, 1500);
  } catch {
    report = "(no report)";
  }
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`sipp ${run.scenario} ended with ${code}: ${report}`);
}
