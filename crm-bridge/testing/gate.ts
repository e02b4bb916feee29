/**
 * A gate on the way between two programs: passes HTTP on, and lets a test step in at the two moments that matter – when a request has arrived but not
 * reached its program, and when it has been answered but the asker does not know.
 */
import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type GateMoment = "before-request" | "before-answer";
/** Called at each moment; the message goes on when the promise is done. */
export type Watch = (moment: GateMoment, path: string) => Promise<void> | void;

export type Gate = { url: string; watch: Watch; close(): Promise<void> };

export async function openGate(targetPort: number): Promise<Gate> {
  const gate = { watch: (() => undefined) as Watch };
  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const path = incoming.url ?? "/";
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    await gate.watch("before-request", `${incoming.method} ${path}`);
    const outgoing = forward({
      host: "127.0.0.1",
      port: targetPort,
      method: incoming.method,
      path,
      headers: { ...incoming.headers, connection: "close" },
      agent: false,
    });
    answer.on("close", () => outgoing.destroy());
    outgoing.end(Buffer.concat(chunks));
    const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
    const content: Buffer[] = [];
    for await (const chunk of reply) content.push(chunk as Buffer);
    await gate.watch("before-answer", `${incoming.method} ${path}`);
    answer.writeHead(reply.statusCode ?? 502, { ...reply.headers, connection: "close" });
    answer.end(Buffer.concat(content));
  };
  const server = createServer((incoming, answer) => {
    // Whatever breaks on the far side breaks on the near side too, as it would without a gate.
    pass(incoming, answer).catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return Object.assign(gate, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close });
}
