/** A server of the control protocol as a process of its own: this engine, or another one that the environment names. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

export type ServerKind = {
  name: string;
  /** Words of the command. `{admin}`, `{sip}` and `{secret}` stand for the control port, the SIP port (UDP and TCP) and the secret; 127.0.0.1 for the address. */
  command: readonly string[];
  /** Words that come after them where the server is to listen on TLS as well. `{tls}`, `{certificate}`, `{key}` and `{authority}` stand for the port and the files. Absent: it is not said how it does that. */
  securely?: readonly string[];
};

export type ServerPlace = {
  host: string;
  adminPort: number;
  sipPort: number;
  secret: string;
  /** Absent: no TLS. */
  tls?: { port: number; certFile: string; keyFile: string; caFile: string };
};

export const thisEngine: ServerKind = {
  name: "sip-engine",
  command: [
    process.execPath,
    "--max-semi-space-size=16",
    fileURLToPath(new URL("../main.ts", import.meta.url)),
    ..."--admin 127.0.0.1:{admin} --secret {secret} --contact sip:127.0.0.1:{sip};transport=udp,tcp".split(" "),
  ],
};

/** `NAME=COMMAND [WORDS FOR TLS]`, words parted by blanks, quotes kept together; the brackets may be left out. Null: not of that form. */
export function serverFrom(text: string): ServerKind | null {
  const [, name, command, securely] = /^([^=]{1,40})=([^[\]]+?)\s*(?:\[(.+)\]\s*)?$/.exec(text) ?? [];
  if (name === undefined || command === undefined) return null;
  return { name, command: partsOf(command), ...(securely !== undefined && { securely: partsOf(securely) }) };
}

function partsOf(text: string): string[] {
  return (text.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, "$1"));
}

/** The command's words, filled in. */
export function wordsOf({ command, securely = [] }: ServerKind, place: ServerPlace): string[] {
  const { host, adminPort, sipPort, secret, tls } = place;
  return [...command, ...(tls === undefined ? [] : securely)].map((word) =>
    word
      .replaceAll("127.0.0.1", host)
      .replaceAll("{admin}", String(adminPort))
      .replaceAll("{sip}", String(sipPort))
      .replaceAll("{secret}", secret)
      .replaceAll("{tls}", String(tls?.port))
      .replaceAll("{certificate}", tls?.certFile ?? "")
      .replaceAll("{key}", tls?.keyFile ?? "")
      .replaceAll("{authority}", tls?.caFile ?? ""),
  );
}

/** The server that `LA2_DRACHTIO_COMMAND` names as {@link serverFrom} reads it; null when it names none. */
export function otherServer(text = process.env["LA2_DRACHTIO_COMMAND"] ?? ""): ServerKind | null {
  const server = serverFrom(text);
  if (server === null && text !== "") throw new Error(`LA2_DRACHTIO_COMMAND is not NAME=COMMAND: ${text}`);
  return server;
}

const startMs = 60_000;
const endMs = 5_000;

export class ServerProcess {
  readonly place: ServerPlace;
  readonly #child: ChildProcess;
  #said = "";

  private constructor(place: ServerPlace, child: ChildProcess) {
    this.place = place;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.#said = `${this.#said}${chunk.toString()}`.slice(-20_000)));
  }

  /** Waits until applications and peers can connect. Words before and after the command are taken as they are. Throws with what the server wrote when it ends or is late. */
  static async start(
    kind: ServerKind,
    place: ServerPlace,
    { before = [], after = [] }: { before?: readonly string[]; after?: readonly string[] } = {},
  ): Promise<ServerProcess> {
    const [program = "", ...words] = [...before, ...wordsOf(kind, place), ...after];
    const server = new ServerProcess(place, spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] }));
    const failed = once(server.#child, "error").then(([error]) => Promise.reject(error as Error));
    failed.catch(() => undefined);
    const late = AbortSignal.timeout(startMs);
    const { host, adminPort, sipPort, tls } = place;
    const ports = tls === undefined ? [adminPort, sipPort] : [adminPort, sipPort, tls.port];
    while (!(await Promise.race([accepts(host, ports), failed]))) {
      if (!server.hasEnded && !late.aborted) continue;
      await server.close();
      throw new Error(`${kind.name} did not start:\n${server.output}`);
    }
    return server;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it wrote last, for messages. */
  get output(): string {
    return this.#said;
  }

  async close(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const hard = setTimeout(() => this.#child.kill("SIGKILL"), endMs);
    await ended;
    clearTimeout(hard);
  }
}

/** One try; after a refused connection a moment passes, so that trying again is no busy loop. */
async function accepts(host: string, ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const socket = connect(port, host);
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => new Promise<boolean>((resolve) => setTimeout(resolve, 50, false)),
    );
    socket.destroy();
    if (!isOpen) return false;
  }
  return true;
}
