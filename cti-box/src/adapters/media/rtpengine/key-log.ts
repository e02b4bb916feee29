/** rtpengine's report of key presses (`--dtmf-log-dest`): one JSON datagram per press, taken from one address only. */
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { z } from "zod";
import type { DtmfDigit } from "../../../application/media-port.ts";

const report = z.object({
  callid: z.string(),
  source_tag: z.string(),
  type: z.literal("DTMF"),
  event: z.int().min(0).max(15),
});
export type KeyReport = { callId: string; legId: string; digit: DtmfDigit };

/** By the number of the event (RFC 4733 §3.2). */
const DIGITS = "0123456789*#ABCD".split("") as DtmfDigit[];

export class KeyLog {
  private readonly socket: Socket;

  /** @throws Error if the address is taken */
  static async open(listen: { host: string; port: number }, heard: (key: KeyReport) => void): Promise<KeyLog> {
    const socket = createSocket("udp4");
    socket.bind({ address: listen.host, port: listen.port });
    await once(socket, "listening");
    return new KeyLog(socket, heard);
  }

  private constructor(socket: Socket, heard: (key: KeyReport) => void) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("message", (bytes) => {
      const key = read(bytes);
      if (key !== null) heard(key);
    });
  }

  async close(): Promise<void> {
    await new Promise<void>((done) => this.socket.close(() => done()));
  }
}

function read(bytes: Buffer): KeyReport | null {
  try {
    const { callid, source_tag, event } = report.parse(JSON.parse(bytes.toString("utf8")));
    const digit = DIGITS[event];
    return digit === undefined ? null : { callId: callid, legId: source_tag, digit };
  } catch {
    return null;
  }
}
