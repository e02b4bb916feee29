/**
 * Whether the proxy's addresses can be bound. Kamailio shares its sockets (SO_REUSEADDR, SO_REUSEPORT), so a second one on the same address starts
 * without a word and takes half of the requests: it has to be asked before.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Listen } from "./network.ts";

/** What stands against each address, in words; an empty list means that all are free. */
export async function findTakenAddresses(listen: readonly Listen[]): Promise<string[]> {
  const asked = listen.flatMap((entry) => entry.transports.map((transport) => ({ transport, ...entry })));
  const answers = await Promise.all(
    asked.map(async ({ transport, address, port }) => {
      const code = await (transport === "udp" ? bindUdp(address, port) : bindTcp(address, port));
      return code === null ? [] : [`${transport} ${address}:${port} ${inWords(code)}`];
    }),
  );
  return answers.flat();
}

function inWords(code: string): string {
  switch (code) {
    case "EADDRINUSE":
      return "is in use by another program";
    case "EADDRNOTAVAIL":
      return "is not an address of this machine";
    case "EACCES":
      return "may not be used without more rights";
    default:
      return `cannot be used (${code})`;
  }
}

async function bindUdp(address: string, port: number): Promise<string | null> {
  const socket = createSocket("udp4");
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, "listening");
    return null;
  } catch (error) {
    return codeOf(error);
  } finally {
    socket.close();
  }
}

async function bindTcp(address: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, "listening");
    return null;
  } catch (error) {
    return codeOf(error);
  } finally {
    server.close();
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
