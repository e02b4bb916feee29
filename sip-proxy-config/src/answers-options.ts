/** Asks a SIP address with OPTIONS (RFC 3261 §11) whether somebody is there. Any final answer will do: a stranger's 403 is one too. */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";
import type { Listen } from "./network.ts";

/** False after `deadlineMs` without an answer, or at once when the address refuses. */
export function answersOptions(listen: Listen, deadlineMs: number): Promise<boolean> {
  return listen.transports.includes("udp") ? askUdp(listen, deadlineMs) : askTcp(listen, deadlineMs);
}

type Asked = Pick<Listen, "address" | "port">;

function askUdp({ address, port }: Asked, deadlineMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createSocket("udp4");
  const branch = newBranch();
  const late = setTimeout(() => resolve(false), deadlineMs);
  socket.on("message", (bytes) => isAnswer(bytes.toString("latin1"), branch) && resolve(true));
  // ECONNREFUSED arrives here on a connected socket: nobody is there yet.
  socket.on("error", () => resolve(false));
  socket.connect(port, address, (error?: Error) => {
    if (error !== undefined && error !== null) return resolve(false);
    const own = socket.address();
    socket.send(optionsRequest({ address, port }, `UDP ${own.address}:${own.port}`, branch));
  });
  return promise.finally(() => {
    clearTimeout(late);
    socket.close();
  });
}

function askTcp({ address, port }: Asked, deadlineMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const branch = newBranch();
  const late = setTimeout(() => resolve(false), deadlineMs);
  let received = "";
  const socket = connect(port, address, () => {
    socket.write(optionsRequest({ address, port }, `TCP ${socket.localAddress}:${socket.localPort}`, branch));
  });
  socket.on("data", (bytes) => {
    received = (received + bytes.toString("latin1")).slice(0, 8_192);
    if (isAnswer(received, branch)) resolve(true);
  });
  socket.on("error", () => resolve(false));
  socket.on("close", () => resolve(false));
  return promise.finally(() => {
    clearTimeout(late);
    socket.destroy();
  });
}

function newBranch(): string {
  return `z9hG4bK${randomBytes(8).toString("hex")}`;
}

function isAnswer(text: string, branch: string): boolean {
  return /^SIP\/2\.0 [2-6]\d\d /.test(text) && text.includes(branch);
}

function optionsRequest({ address, port }: Asked, via: string, branch: string): string {
  return [
    `OPTIONS sip:${address}:${port} SIP/2.0`,
    `Via: SIP/2.0/${via};branch=${branch}`,
    "Max-Forwards: 1",
    `From: <sip:check@${address}>;tag=${branch.slice(-8)}`,
    `To: <sip:${address}:${port}>`,
    `Call-ID: ${branch.slice(7)}@${address}`,
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}
