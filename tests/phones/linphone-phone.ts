/** A second real SIP phone without a screen: linphone-daemon in its network namespace, driven over its socket; it needs no sound card. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { basename, join } from "node:path";
import { tone, wavOf } from "../../bin/carrier/sound.ts";
import type { PhoneHost } from "./phone-network.ts";

export type LinphoneSettings = {
  host: PhoneHost;
  account: { user: string; domain: string; password: string; transport: "udp" | "tcp" | "tls" };
  /** Frequency of the tone that it says, in hertz. */
  toneHz: number;
  /** Certificate authority that it trusts for TLS (PEM file). */
  authorityFile?: string;
  /** Its only codec; absent: all that it has. */
  speaks?: "PCMA";
};

export type LinphoneCallState =
  | "LinphoneCallIncomingReceived"
  | "LinphoneCallOutgoingRinging"
  | "LinphoneCallStreamsRunning"
  | "LinphoneCallPaused"
  | "LinphoneCallPausedByRemote"
  | "LinphoneCallEnd"
  | "LinphoneCallError"
  | "LinphoneCallReleased";

const startDeadlineMs = 10_000;
const stepMs = 100;

export class LinphonePhone {
  readonly address: string;
  private readonly settings: LinphoneSettings;
  private readonly child: ChildProcess;
  private readonly control: Socket;
  private readonly folder: string;
  private readonly events: { state: string; callId: string }[] = [];
  /** Commands are answered in order; each waits for the one before it. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(parts: { settings: LinphoneSettings; child: ChildProcess; control: Socket; folder: string }) {
    this.settings = parts.settings;
    this.child = parts.child;
    this.control = parts.control;
    this.folder = parts.folder;
    this.address = parts.settings.host.address;
    this.control.on("error", () => undefined);
  }

  static async open(settings: LinphoneSettings): Promise<LinphonePhone> {
    // The daemon puts its socket into /tmp, under the name that it is given.
    const folder = mkdtempSync("/tmp/la2-linphone-");
    mkdirSync(join(folder, ".local/share/linphone"), { recursive: true });
    writeFileSync(join(folder, "linphonerc"), configText(settings));
    writeFileSync(join(folder, "tone.wav"), wavOf(tone(settings.toneHz, 60)));
    const socketName = `${basename(folder)}-control`;
    const words = ["netns", "exec", settings.host.namespace, "linphone-daemon", "--disable-stats-events"];
    const child = spawn("ip", [...words, "--config", join(folder, "linphonerc"), "--pipe", socketName], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: folder,
      env: { ...process.env, HOME: folder },
    });
    const control = await connected(join("/tmp", socketName), child);
    return new LinphonePhone({ settings, child, control, folder });
  }

  /** Registers and waits until the registrar has agreed. Rejects with the daemon's words when it does not. */
  async register(deadlineMs = 15_000): Promise<void> {
    const { user, domain, password, transport } = this.settings.account;
    const proxy = `sip:${domain};transport=${transport}`;
    await this.command(`register sip:${user}@${domain.replace(/:\d+$/, "")} ${proxy} ${password} ${user} NULL`);
    await this.until(
      async () => /State: LinphoneRegistrationOk/.test(await this.command("register-status ALL")),
      async () => `is not registered: ${await this.command("register-status ALL")}`,
      deadlineMs,
    );
  }

  /** Calls; gives the daemon's number for the call. */
  async call(uri: string): Promise<string> {
    const answer = await this.command(`call ${uri}`);
    const id = /^Id: (\d+)/m.exec(answer)?.[1];
    if (id === undefined) throw new Error(`linphone does not call ${uri}: ${answer}`);
    return id;
  }

  /** The daemon's number of the next call that came to this state, heard already or still to come. */
  async event(state: LinphoneCallState, deadlineMs = 10_000): Promise<string> {
    let found: string | undefined;
    await this.until(
      async () => {
        await this.hear();
        const index = this.events.findIndex((each) => each.state === state);
        found = index === -1 ? undefined : this.events.splice(index, 1)[0]?.callId;
        return found !== undefined;
      },
      async () => `has no call that is ${state}; heard ${this.events.map((each) => each.state).join(", ")}`,
      deadlineMs,
    );
    return found ?? "";
  }

  /** What happened so far belongs to an earlier call. */
  async startAfresh(): Promise<void> {
    await this.hear();
    this.events.length = 0;
  }

  async is(callId: string, state: LinphoneCallState, deadlineMs = 10_000): Promise<void> {
    await this.until(
      async () => (await this.command(`call-status ${callId}`)).includes(`State: ${state}`),
      async () => `: call ${callId} is not ${state}: ${await this.command(`call-status ${callId}`)}`,
      deadlineMs,
    );
  }

  /** Says its tone in that call. */
  async speak(callId: string): Promise<void> {
    await this.command(`incall-player-start ${join(this.folder, "tone.wav")} ${callId}`);
  }

  async command(text: string): Promise<string> {
    const answer = this.last.then(() => this.ask(text));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, "exit");
      this.control.write("quit\n");
      const force = setTimeout(() => this.child.kill("SIGKILL"), 3_000);
      await gone;
      clearTimeout(force);
    }
    this.control.destroy();
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(`${this.folder}-control`, { force: true });
  }

  private async ask(text: string): Promise<string> {
    const answer = once(this.control, "data", { signal: AbortSignal.timeout(5_000) }) as Promise<[Buffer]>;
    this.control.write(`${text}\n`);
    const [bytes] = await answer;
    return bytes.toString("utf8");
  }

  /** All events that the daemon keeps for us. */
  private async hear(): Promise<void> {
    for (;;) {
      const answer = await this.command("pop-event");
      const [, state, callId] = /^Event: (LinphoneCall\w+)[\s\S]*^Id: (\d+)/m.exec(answer) ?? [];
      if (state !== undefined && callId !== undefined) this.events.push({ state, callId });
      else if (!answer.includes("Event-type")) return;
    }
  }

  /** The daemon tells only what it is asked for: it is asked again until it holds. */
  private async until(holds: () => Promise<boolean>, what: () => Promise<string>, deadlineMs: number): Promise<void> {
    const endMs = Date.now() + deadlineMs;
    while (!(await holds())) {
      if (Date.now() > endMs) throw new Error(`linphone ${this.address} ${await what()}`);
      await new Promise((resolve) => setTimeout(resolve, stepMs));
    }
  }
}

async function connected(path: string, child: ChildProcess): Promise<Socket> {
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes: Buffer) => output.push(String(bytes)));
  const endMs = Date.now() + startDeadlineMs;
  while (Date.now() < endMs && child.exitCode === null) {
    const socket = connect(path);
    const outcome = await new Promise<"open" | "failed">((resolve) => {
      socket.once("connect", () => resolve("open"));
      socket.once("error", () => resolve("failed"));
    });
    if (outcome === "open") return socket;
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  child.kill("SIGKILL");
  throw new Error(`linphone-daemon did not start: ${output.join("").slice(-500)}`);
}

function configText({ account, authorityFile, speaks }: LinphoneSettings): string {
  const listens = (transport: string): number => (account.transport === transport ? 5060 : 0);
  return [
    "[sip]",
    `sip_port=${listens("udp")}`,
    `sip_tcp_port=${listens("tcp")}`,
    `sip_tls_port=${account.transport === "tls" ? -1 : 0}`,
    "use_ipv6=0",
    "guess_hostname=1",
    "register_only_when_network_is_up=0",
    "auto_net_state_mon=0",
    ...(authorityFile === undefined ? [] : [`root_ca=${authorityFile}`]),
    "[rtp]",
    "audio_rtp_port=7078",
    "[net]",
    "mtu=1300",
    "[misc]",
    "prevent_colorbars=1",
    ...(speaks === undefined ? [] : audioCodecs.flatMap((codec, place) => codecSection(codec, place, speaks))),
    "",
  ].join("\n");
}

const audioCodecs = [
  ["PCMA", 8000],
  ["PCMU", 8000],
  ["opus", 48000],
  ["speex", 16000],
  ["speex", 8000],
  ["G729", 8000],
] as const;

function codecSection([mime, rate]: (typeof audioCodecs)[number], place: number, wanted: string): string[] {
  return [`[audio_codec_${place}]`, `mime=${mime}`, `rate=${rate}`, `enabled=${mime === wanted ? 1 : 0}`];
}
