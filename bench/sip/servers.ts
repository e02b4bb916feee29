/** The servers that are measured: the embedded engine as a process of its own, and another one by its command. */
import { fileURLToPath } from "node:url";
import { Child } from "../child.ts";

export type Server = {
  name: string;
  /** Words of the command; `{admin}`, `{sip}` and `{secret}` stand for the control port, the SIP port on 127.0.0.1 and the secret. */
  command: readonly string[];
};

export const secret = "benchmark";
export const ports = { admin: 19_022, sip: 15_060 } as const;

export const embedded: Server = {
  name: "sip-engine",
  command: [
    process.execPath,
    fileURLToPath(new URL("../../cti-box/sip-engine/main.ts", import.meta.url)),
    ..."--admin 127.0.0.1:{admin} --secret {secret} --contact sip:127.0.0.1:{sip};transport=udp,tcp".split(" "),
  ],
};

/** `NAME=COMMAND`, the command's words parted by blanks, quotes kept together. Null: not of that form. */
export function serverFrom(text: string): Server | null {
  const [, name, command] = /^([^=]{1,40})=(.+)$/.exec(text) ?? [];
  if (name === undefined || command === undefined) return null;
  const words = command.match(/"[^"]*"|\S+/g) ?? [];
  return { name, command: words.map((word) => word.replace(/^"(.*)"$/, "$1")) };
}

export type Running = { server: Child; application: Child; close(): Promise<void> };

/** Starts the server and its application, each on its core, and waits until they talk to each other. */
export async function startServer(kind: Server, cores: Cores): Promise<Running> {
  const filled = kind.command.map((word) =>
    word
      .replaceAll("{admin}", String(ports.admin))
      .replaceAll("{sip}", String(ports.sip))
      .replaceAll("{secret}", secret),
  );
  const server = Child.start(kind.name, filled, { core: cores.server });
  const script = fileURLToPath(new URL("back-to-back.ts", import.meta.url));
  const application = Child.start("application", [process.execPath, script, String(ports.admin), secret], {
    core: cores.application,
  });
  const close = async (): Promise<void> => {
    await application.close();
    await server.close();
  };
  try {
    await application.says("connected", 15_000);
    return { server, application, close };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).message}\n${kind.name} said:\n${server.output}`, { cause: error });
  }
}

export type Cores = { server: number | null; application: number | null; caller: number | null; callee: number | null };

/** A core for each process where there are enough of them. */
export function coresOf(count: number): Cores {
  return count >= 4
    ? { server: 0, application: 1, caller: 2, callee: 3 }
    : { server: null, application: null, caller: null, callee: null };
}
