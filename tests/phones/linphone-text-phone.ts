/** Linphone with real-time text, which its own command lines cannot write: a small program drives its library (linphone-text.py). */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { PhoneHost } from "./phone-network.ts";

const program = join(import.meta.dirname, "linphone-text.py");
const deadlineMs = 15_000;

export class LinphoneTextPhone {
  private readonly child: ChildProcess;
  private readonly folder: string;
  private readonly output: string[] = [];
  private readonly listeners = new Set<() => void>();
  private state = "starting";
  private read = "";

  /** Listens on UDP port 5060 of that host. */
  static async open(host: PhoneHost): Promise<LinphoneTextPhone> {
    const folder = mkdtempSync("/tmp/la2-linphone-text-");
    // Without a way out it takes itself for a phone of loopback.
    const { namespace, address } = host;
    execFileSync("ip", ["-n", namespace, "route", "replace", "default", "via", address.replace(/\d+$/, "1")]);
    mkdirSync(join(folder, ".local/share/linphone"), { recursive: true });
    writeFileSync(join(folder, "linphonerc"), configText);
    const words = ["netns", "exec", namespace, "/usr/bin/python3", program, join(folder, "linphonerc")];
    const child = spawn("ip", words, { stdio: "pipe", cwd: folder, env: { ...process.env, HOME: folder } });
    const phone = new LinphoneTextPhone(child, folder);
    await phone.is("none");
    return phone;
  }

  private constructor(child: ChildProcess, folder: string) {
    this.child = child;
    this.folder = folder;
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.hear(line));
    child.stdin?.on("error", () => undefined);
  }

  /** `call URI`, `answer`, `write TEXT`, `hangup`. */
  command(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** The state of its call in Linphone's words, such as `StreamsRunning`; `none` without a call. */
  async is(state: string): Promise<void> {
    await this.until(
      () => this.state === state,
      () => `is ${this.state}, not ${state}`,
    );
  }

  /** Everything that it has shown its user by now. */
  async reads(text: string): Promise<void> {
    await this.until(
      () => this.read === text,
      () => `reads "${this.read}", not "${text}"`,
    );
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, "exit");
      this.command("quit");
      const force = setTimeout(() => this.child.kill("SIGKILL"), 3_000);
      await gone;
      clearTimeout(force);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private hear(line: string): void {
    const [, word, rest = ""] = /^(state|character) (.*)$/.exec(line) ?? [];
    if (word === "state") {
      this.state = rest;
      // What was read belongs to the call.
      if (rest === "none") this.read = "";
    }
    if (word === "character") this.read += String.fromCodePoint(Number.parseInt(rest, 16));
    if (word === undefined) this.output.push(line);
    for (const listener of this.listeners) listener();
  }

  private async until(holds: () => boolean, what: () => string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.listeners.delete(look);
        reject(new Error(`linphone ${what()}; it says:\n${this.output.slice(-12).join("\n")}`));
      }, deadlineMs);
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(deadline);
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
      look();
    });
  }
}

const configText = [
  "[sip]",
  "sip_port=5060",
  "sip_tcp_port=0",
  "sip_tls_port=0",
  "use_ipv6=0",
  "guess_hostname=1",
  "register_only_when_network_is_up=0",
  "auto_net_state_mon=0",
  "[rtp]",
  "audio_rtp_port=7078",
  "text_rtp_port=7278",
  "[misc]",
  "prevent_colorbars=1",
  "",
].join("\n");
