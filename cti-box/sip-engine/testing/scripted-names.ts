/** A name server that does what no real one can be made to do: stays silent, fails, answers for somebody else, cuts its answers short. */
import * as packet from "dns-packet";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

export type Manner = "answers" | "silent" | "in-trouble" | "without-edns" | "cut-short" | "first-for-somebody-else";

/** `SRV name` → its records. */
export type Zone = Record<string, packet.Answer[]>;

export class ScriptedNames {
  manner: Manner = "answers";
  zone: Zone;
  /** What was asked: `udp SRV name`, `tcp A name`. */
  readonly asked: string[] = [];
  readonly #datagrams: Socket;
  readonly #connections: Server;

  private constructor(zone: Zone, datagrams: Socket, connections: Server) {
    this.zone = zone;
    this.#datagrams = datagrams;
    this.#connections = connections;
    datagrams.on("message", (bytes, from) => {
      for (const reply of this.#replies(bytes)) datagrams.send(reply, from.port, from.address);
    });
    connections.on("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        const reply = this.#reply(packet.decode(chunk.subarray(2)), "tcp");
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        // In two parts, as a network may deliver it.
        socket.write(Buffer.concat([length, reply.subarray(0, 5)]));
        setImmediate(() => socket.write(reply.subarray(5)));
      });
    });
  }

  static async open(zone: Zone): Promise<ScriptedNames> {
    const connections = createServer({ noDelay: true });
    connections.listen(0, "127.0.0.1");
    await once(connections, "listening");
    const { port } = connections.address() as { port: number };
    const datagrams = createSocket("udp4");
    datagrams.bind(port, "127.0.0.1");
    await once(datagrams, "listening");
    return new ScriptedNames(zone, datagrams, connections);
  }

  /** `address:port`. */
  get at(): string {
    return `127.0.0.1:${this.#datagrams.address().port}`;
  }

  async close(): Promise<void> {
    this.#datagrams.close();
    this.#connections.close();
    await once(this.#connections, "close");
  }

  #replies(bytes: Buffer): Buffer[] {
    const query = packet.decode(bytes);
    const reply = this.#reply(query, "udp");
    const flagged = (flags: number): Buffer =>
      packet.encode({ type: "response", id: query.id ?? 0, flags, questions: query.questions ?? [] });
    switch (this.manner) {
      case "answers":
        return [reply];
      case "silent":
        return [];
      case "in-trouble":
        return [flagged(2)];
      case "without-edns":
        return [(query.additionals ?? []).length > 0 ? flagged(1) : reply];
      case "cut-short":
        return [flagged(packet.TRUNCATED_RESPONSE)];
      case "first-for-somebody-else":
        return [Buffer.from("nonsense"), Buffer.concat([Buffer.from([0xff, 0xff]), reply.subarray(2)]), reply];
    }
  }

  #reply(query: packet.DecodedPacket, over: string): Buffer {
    const question = query.questions?.[0];
    const key = `${question?.type} ${question?.name}`;
    this.asked.push(`${over} ${key}`);
    const answers = this.zone[key] ?? [];
    return packet.encode({ type: "response", id: query.id ?? 0, questions: query.questions ?? [], answers });
  }
}

export function srvAnswer(name: string, ttl: number, data: packet.SrvData): packet.Answer {
  return { type: "SRV", name, ttl, data };
}

export function addressAnswer(name: string, ttl: number, data: string): packet.Answer {
  return { type: data.includes(":") ? "AAAA" : "A", name, ttl, data };
}
