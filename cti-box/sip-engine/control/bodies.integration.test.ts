/** Bodies are bytes: whatever they are and however their parts are nested, they go through the engine as they came, both ways. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { RawApplication } from "../testing/raw-application.ts";
import { StreamPeer } from "../testing/stream-peer.ts";
import { areAtHand, bytesOf } from "../testing/torture/published-messages.ts";
import { connect } from "node:net";

let engine: SipEngineHandle;
let application: RawApplication;
beforeEach(async () => {
  const admin = { host: "127.0.0.1", port: 0 };
  engine = await startSipEngine({ admin, secrets: ["s"], contacts: ["sip:127.0.0.1:0;transport=udp,tcp"] });
  application = await RawApplication.open(engine.admin);
  application.send("a|authenticate|s|");
  application.send("b|route|message");
  await application.frame(/\|response\|b\|/);
});
afterEach(async () => {
  application.socket.destroy();
  await engine.close();
});

const everyByte = Buffer.from(Array.from({ length: 256 }, (_each, index) => index));
/** Parts in parts, deeper than anybody would read. */
const nested = Buffer.from(
  Array.from(
    { length: 200 },
    (_each, depth) => `--b${depth}\r\nContent-Type: multipart/mixed;boundary=b${depth + 1}\r\n\r\n`,
  ).join(""),
);
const bodies: [string, string, Buffer][] = [
  ["every byte there is", "application/octet-stream", everyByte],
  ["200 parts in one another", "multipart/mixed;boundary=b0", nested],
  ["a boundary that nobody closes", 'multipart/mixed;boundary="', Buffer.from("--\r\n--\r\n\r\n")],
  ["line ends, and what looks like a message", "text/plain", Buffer.from("\r\n\r\nBYE sip:a SIP/2.0\r\n\r\n")],
];

const head = (type: string, body: Buffer): string =>
  `MESSAGE sip:b@x SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKbody\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: body\r\nCSeq: 1 MESSAGE\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;

/** Sends the message over a connection of its own; the payload that the application gets. */
async function received(message: Buffer): Promise<Buffer> {
  const socket = connect(portOf(engine, "tcp"), "127.0.0.1");
  socket.write(message);
  try {
    return await application.payload(/\|sip\|network\|/);
  } finally {
    socket.destroy();
  }
}

it.each(bodies)("from a peer to the application: %s", async (_name, type, body) => {
  const payload = await received(Buffer.concat([Buffer.from(head(type, body)), body]));
  expect(payload.subarray(payload.indexOf("\r\n\r\n") + 4)).toEqual(body);
});

it.skipIf(!areAtHand)("from a peer to the application: mpart01 of RFC 4475", async () => {
  const message = bytesOf("rfc4475", "mpart01");
  const payload = await received(message);
  const body = message.subarray(message.indexOf("\r\n\r\n") + 4);
  expect(payload.subarray(payload.length - body.length)).toEqual(body);
});

it.each(bodies)("from the application to a peer: %s", async (_name, type, body) => {
  const peer = await StreamPeer.open("127.0.0.1");
  try {
    const uri = `sip:b@127.0.0.1:${peer.port};transport=tcp`;
    application.send(
      Buffer.concat([Buffer.from(`c|sip|||\r\nMESSAGE ${uri} SIP/2.0\r\nContent-Type: ${type}\r\n\r\n`), body]),
    );
    const bytes = await peer.receiveBytes(/^MESSAGE /);
    expect(bytes.subarray(bytes.indexOf("\r\n\r\n") + 4)).toEqual(body);
  } finally {
    await peer.close();
  }
});
