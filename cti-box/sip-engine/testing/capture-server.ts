/**
 * A real Kamailio as capture server (its module sipcapture reads HEP3): says what it understood. It either looks at the packets and stops there, or hands
 * the messages in them to its own parser.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./sipp/run-scenario.ts";

type Reads = "packets" | "messages";

const configuration = (port: number, folder: string, reads: Reads): string => `#!KAMAILIO
debug=0
log_stderror=yes
disable_tcp=yes
fork=no
listen=udp:127.0.0.1:${port}
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "db_text.so"
loadmodule "sipcapture.so"
modparam("sipcapture", "db_url", "text://${folder}/tables")
modparam("sipcapture", "capture_on", 1)
modparam("sipcapture", "hep_capture_on", 1)
modparam("sipcapture", "nonsip_hook", ${reads === "packets" ? 1 : 0})
event_route[sipcapture:request] {
  xlog("L_ERR", "packet $hep(version) $hep(0x00b) $hep(0x00c) $hep(0x00e) $hep(0x011) $hep(0x003):$hep(0x007) $hep(0x004):$hep(0x008)\\n");
  return 0;
}
request_route {
  xlog("L_ERR", "message $ci $rm $cs $si:$sp\\n");
  exit;
}
reply_route {
  xlog("L_ERR", "message $ci $rs $cs $si:$sp\\n");
  exit;
}
`;

export class CaptureServer {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #log = "";

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
    child.stderr?.on("data", (chunk) => (this.#log += String(chunk)));
  }

  /** It hears nothing before it is up: `isUp` is asked until it says so. */
  static async start(reads: Reads): Promise<CaptureServer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "sip-engine-capture-"));
    mkdirSync(join(folder, "tables"));
    writeFileSync(join(folder, "tables", "version"), "table_name(string) table_version(int)\n");
    writeFileSync(join(folder, "kamailio.cfg"), configuration(port, folder, reads));
    const words = `-f ${folder}/kamailio.cfg -DD -E -m 16 -M 4 -Y ${folder}`.split(" ");
    return new CaptureServer(port, spawn("kamailio", words, { stdio: ["ignore", "ignore", "pipe"] }), folder);
  }

  /** What it said of packets and of the messages in them. */
  get lines(): string[] {
    return this.#log.match(/(packet|message) .*/g) ?? [];
  }

  get log(): string {
    return this.#log;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
