/** A real Kamailio that stays on the way (Record-Route): what is for itself goes to the engine, everything else where its request-URI says. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RawPeer } from "./raw-peer.ts";
import { freePort } from "./sipp/run-scenario.ts";

export const hasKamailio = spawnSync("kamailio", ["-v"]).error === undefined;

const configuration = (port: number, engineAt: string): string => `#!KAMAILIO
debug=0
log_stderror=yes
disable_tcp=yes
fork=no
listen=udp:127.0.0.1:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "xlog.so"
request_route {
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (has_totag()) {
    if (loose_route()) { xlog("L_ERR", "loose $rm $tu\\n"); t_relay(); exit; }
    if (is_method("ACK") && t_check_trans()) { t_relay(); exit; }
    if (!is_method("ACK")) { sl_send_reply("404", "Not Here"); }
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  record_route();
  if (uri == myself) { $du = "sip:${engineAt}"; }
  t_relay();
}
`;

export class RecordingRouter {
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

  /** Started and answering. */
  static async start(engineAt: string): Promise<RecordingRouter> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "sip-engine-kamailio-"));
    writeFileSync(join(folder, "kamailio.cfg"), configuration(port, engineAt));
    const words = `-f ${folder}/kamailio.cfg -DD -E -m 16 -M 4 -Y ${folder}`.split(" ");
    const child = spawn("kamailio", words, { stdio: ["ignore", "ignore", "pipe"] });
    const router = new RecordingRouter(port, child, folder);
    await router.#ready();
    return router;
  }

  /** How many requests of that method followed the recorded route. */
  followed(method: string): number {
    return this.#log.split(`loose ${method} `).length - 1;
  }

  get log(): string {
    return this.#log;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGTERM");
      await once(this.#child, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: this.port });
    try {
      for (let attempt = 1; attempt <= 50; attempt += 1) {
        peer.send([
          `OPTIONS sip:127.0.0.1:${this.port} SIP/2.0`,
          `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bKready${attempt}`,
          "From: <sip:test@127.0.0.1>;tag=1",
          "To: <sip:test@127.0.0.1>",
          `Call-ID: ready-${attempt}`,
          "CSeq: 1 OPTIONS",
          "Max-Forwards: 70",
        ]);
        const isUp = await peer.receive(/^SIP\/2\.0 200/, 200).then(
          () => true,
          () => false,
        );
        if (isUp) return;
      }
      throw new Error(`kamailio did not start: ${this.#log.slice(-1_000)}`);
    } finally {
      peer.close();
    }
  }
}
