/** Looks before the start whether every port of the playground is free, and says in words which one is not, what it is for and what to do. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { PlaygroundPlan } from "./plan.ts";

export type NeededPort = { transport: "tcp" | "udp"; host: string; port: number; purpose: string };

export function neededPorts(plan: PlaygroundPlan, withProxy: boolean): NeededPort[] {
  const tcp = (host: string, port: number, purpose: string): NeededPort => ({ transport: "tcp", host, port, purpose });
  const udp = (host: string, port: number, purpose: string): NeededPort => ({ transport: "udp", host, port, purpose });
  return [
    ...plan.offices.flatMap((office) => [
      tcp("127.0.0.1", office.httpPort, `softphone and API of ${office.label}`),
      tcp("127.0.0.1", office.bridgePort, `tickets of ${office.label}`),
      udp(office.sipAddress, plan.sipPort, `SIP of ${office.label}`),
      tcp(office.sipAddress, plan.sipPort, `SIP of ${office.label}`),
      tcp(office.sipAddress, plan.sipWebSocketPort, `SIP of the softphones of ${office.label}`),
    ]),
    tcp("127.0.0.1", plan.hubPort, "ticket exchange between the offices"),
    ...(withProxy
      ? [
          udp(plan.proxyAddress, plan.sipPort, "SIP proxy between the offices"),
          tcp(plan.proxyAddress, plan.sipPort, "SIP proxy between the offices"),
        ]
      : []),
  ];
}

/** Null when a program could listen there, else the system's error code. */
export async function whyNotFree({ transport, host, port }: NeededPort): Promise<string | null> {
  return transport === "tcp" ? tryTcp(host, port) : tryUdp(host, port);
}

async function tryTcp(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    server.close();
  }
}

async function tryUdp(host: string, port: number): Promise<string | null> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind(port, host);
    await once(socket, "listening");
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.close();
  }
}

/** The place and the system's reason in words. */
export function describeTrouble({ transport, host, port }: NeededPort, code: string): string {
  const place = `${transport.toUpperCase()} ${host}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return `${place} is in use by another program (${transport === "tcp" ? "ss -lntp" : "ss -lnup"} shows which)`;
    case "EACCES":
    case "EPERM":
      return `${place} needs a permission that this user does not have (ports under 1024 belong to the administrator)`;
    case "EADDRNOTAVAIL":
      return `${place}: this machine does not have the address ${host}`;
    default:
      return `${place} cannot be opened (${code})`;
  }
}

/** One line per port that is not free; empty when all are. */
export async function findPortProblems(ports: readonly NeededPort[]): Promise<string[]> {
  const codes = await Promise.all(ports.map(whyNotFree));
  return ports.flatMap((needed, index) => {
    const code = codes[index] ?? null;
    return code === null ? [] : [`${describeTrouble(needed, code)}; it is for: ${needed.purpose}`];
  });
}
