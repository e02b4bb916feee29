/** A real SIP phone without a screen: baresip in its network namespace, driven over ctrl_tcp, its audio a tone out and a recording in. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tone, wavOf } from "../../bin/carrier/sound.ts";
import type { PhoneHost } from "./phone-network.ts";

export type PhoneSettings = {
  host: PhoneHost;
  /** `user@domain` of the address of record, and where it registers; without password it does not register. */
  account: { user: string; domain: string; password?: string; transport?: "udp" | "tcp" | "tls" };
  /** Certificate authority that it trusts for TLS (PEM file). */
  authorityFile?: string;
  /** Frequency of the tone that it says, in hertz. */
  toneHz: number;
  /** Audio codecs, best first; absent: PCMA alone. */
  codecs?: readonly ("PCMA" | "PCMU")[];
  answer: "manual" | "auto";
  /** Enciphers with keys in the session description; `required`: nothing else. */
  srtp?: "optional" | "required";
  /** It is called over TLS itself, at port 5061: certificate and key, PEM. */
  certificate?: { certFile: string; keyFile: string };
};

type PhoneResponse = { response: true; ok: boolean; data?: string; token?: string };

export type PhoneEvent = { event: true; type: string; class: string; id?: string; peeruri?: string; param?: string };

const controlPort = 4444;
const startDeadlineMs = 10_000;
/** baresip hangs up when what it says is over. */
const longestCallSeconds = 120;

export class BaresipPhone {
  readonly address: string;
  private readonly child: ChildProcess;
  private readonly control: Socket;
  private readonly folder: string;
  private readonly events: PhoneEvent[] = [];
  private readonly responses: PhoneResponse[] = [];
  private readonly waiting = new Set<() => void>();
  private unread = "";

  private constructor(parts: { child: ChildProcess; control: Socket; folder: string; address: string }) {
    this.child = parts.child;
    this.control = parts.control;
    this.folder = parts.folder;
    this.address = parts.address;
    this.control.on("data", (bytes: Buffer) => this.read(bytes.toString("utf8")));
    this.control.on("error", () => undefined);
  }

  static async open(settings: PhoneSettings): Promise<BaresipPhone> {
    const folder = mkdtempSync(join(tmpdir(), "la2-baresip-"));
    writeFileSync(join(folder, "config"), configText(settings, folder));
    writeFileSync(join(folder, "accounts"), accountText(settings));
    const { certificate } = settings;
    if (certificate !== undefined)
      writeFileSync(
        certificateFile(folder),
        readFileSync(certificate.certFile, "utf8") + readFileSync(certificate.keyFile, "utf8"),
      );
    writeFileSync(join(folder, "tone.wav"), wavOf(tone(settings.toneHz, longestCallSeconds)));
    const { namespace, address } = settings.host;
    const child = spawn("ip", ["netns", "exec", namespace, "baresip", "-f", folder], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: folder,
    });
    const control = await connected(address, child);
    return new BaresipPhone({ child, control, folder, address });
  }

  command(command: string, params = ""): void {
    const text = JSON.stringify({ command, params, token: command });
    this.control.write(`${Buffer.byteLength(text)}:${text},`);
  }

  /** Resolves when the phone says that it is registered; it may have been before we could listen. */
  async registered(deadlineMs = 15_000): Promise<void> {
    const endMs = Date.now() + deadlineMs;
    while (Date.now() < endMs) {
      this.command("reginfo");
      // Its answer and, where it is still to come, the event of the registration.
      await this.change(500);
      await this.change(100);
      // eslint-disable-next-line no-control-regex -- baresip colours its words
      if (this.responses.some((each) => /\u001b\[32mOK/.test(each.data ?? ""))) return;
    }
    throw new Error(`phone ${this.address} is not registered: ${this.responses.at(-1)?.data ?? "no answer"}`);
  }

  /** The next event of that type, heard already or still to come. */
  async event(type: string, deadlineMs = 10_000): Promise<PhoneEvent> {
    const endMs = Date.now() + deadlineMs;
    for (;;) {
      const index = this.events.findIndex((each) => each.type === type);
      const found = index === -1 ? undefined : this.events.splice(index, 1)[0];
      if (found !== undefined) return found;
      if (Date.now() > endMs) {
        throw new Error(`phone ${this.address}: no ${type}; heard ${this.events.map((each) => each.type).join(", ")}`);
      }
      await this.change(endMs - Date.now());
    }
  }

  /** What happened so far belongs to an earlier call. */
  startAfresh(): void {
    this.events.length = 0;
  }

  /** Types of events that nobody has asked for. */
  unheard(): string[] {
    return this.events.map((each) => each.type);
  }

  /** Recording of what the phone heard in its calls, newest last. */
  recordings(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith("-dec.wav"))
      .toSorted()
      .map((name) => join(this.folder, name));
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, "exit");
      this.command("quit");
      const force = setTimeout(() => this.child.kill("SIGKILL"), 3_000);
      await gone;
      clearTimeout(force);
    }
    this.control.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async change(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, withinMs));
      this.waiting.add(done);
    });
  }

  /** Netstrings: `12:{"a":"b c d"},`. */
  private read(text: string): void {
    this.unread += text;
    for (;;) {
      const size = /^(\d+):/.exec(this.unread);
      if (size === null) return;
      const start = size[0].length;
      const end = start + Number(size[1]);
      if (this.unread.length < end + 1) return;
      const message = JSON.parse(this.unread.slice(start, end)) as PhoneEvent | PhoneResponse;
      this.unread = this.unread.slice(end + 1);
      if ("event" in message) this.events.push(message);
      else this.responses.push(message);
      for (const wake of this.waiting) wake();
    }
  }
}

async function connected(address: string, child: ChildProcess): Promise<Socket> {
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes: Buffer) => output.push(String(bytes)));
  const endMs = Date.now() + startDeadlineMs;
  while (Date.now() < endMs && child.exitCode === null) {
    const socket = connect({ host: address, port: controlPort });
    const outcome = await new Promise<"open" | "failed">((resolve) => {
      socket.once("connect", () => resolve("open"));
      socket.once("error", () => resolve("failed"));
    });
    if (outcome === "open") return socket;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGKILL");
  throw new Error(`baresip did not start: ${output.join("").slice(-500)}`);
}

function certificateFile(folder: string): string {
  return join(folder, "certificate.pem");
}

function configText({ host, authorityFile, certificate, srtp }: PhoneSettings, folder: string): string {
  return [
    "poll_method epoll",
    "sip_listen 0.0.0.0:5060",
    ...(authorityFile === undefined ? [] : [`sip_cafile ${authorityFile}`]),
    ...(certificate === undefined ? [] : [`sip_certificate ${certificateFile(folder)}`]),
    `net_interface ${host.device}`,
    `audio_source aufile,${join(folder, "tone.wav")}`,
    "audio_player aubridge,nil",
    "audio_alert aubridge,nil",
    "ausrc_srate 8000",
    "auplay_srate 8000",
    "ausrc_channels 1",
    "auplay_channels 1",
    "rtp_ports 20000-21000",
    // With one, every second call goes silent where rtpengine's music gives way to a voice: the next source's numbers seem too old to baresip 1.0.
    "jitter_buffer_delay 0-0",
    "module_path /usr/lib/baresip/modules",
    ...["g711", "aufile", "aubridge", "sndfile", ...(srtp === undefined ? [] : ["srtp"])].map(
      (name) => `module ${name}.so`,
    ),
    "module_tmp account.so",
    "module_tmp uuid.so",
    "module_app menu.so",
    "module_app ctrl_tcp.so",
    `ctrl_tcp_listen 0.0.0.0:${controlPort}`,
    `snd_path ${folder}`,
    "",
  ].join("\n");
}

function accountText({ account, answer, srtp, codecs = ["PCMA"] }: PhoneSettings): string {
  const registers = account.password !== undefined;
  return [
    `<sip:${account.user}@${account.domain};transport=${account.transport ?? "udp"}>`,
    `;auth_user=${account.user}`,
    registers ? `;auth_pass=${account.password}` : "",
    `;regint=${registers ? 60 : 0}`,
    `;answermode=${answer}`,
    srtp === undefined ? "" : `;mediaenc=${srtp === "required" ? "srtp-mand" : "srtp"}`,
    `;audio_codecs=${codecs.map((codec) => `${codec}/8000/1`).join(",")}`,
    "\n",
  ].join("");
}
