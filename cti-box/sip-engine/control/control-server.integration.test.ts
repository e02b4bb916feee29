/** The control port by its bytes: authentication before anything else, exact meta fields, framing. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { exampleSdp, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { FrameReader } from "./frame-reader.ts";

let engine: SipEngineHandle;
let socket: Socket;
let frames: string[];
let arrived: () => void;

beforeEach(async () => {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["one", "two"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
  });
  socket = connect(engine.admin.port, engine.admin.host);
  await once(socket, "connect");
  frames = [];
  arrived = () => undefined;
  const reader = new FrameReader();
  socket.on("data", (chunk) => {
    for (const result of reader.push(chunk)) if (result.kind === "frame") frames.push(result.payload.toString("utf8"));
    arrived();
  });
});
afterEach(async () => {
  socket.destroy();
  await engine.close();
});

const send = (payload: string): boolean => socket.write(`${Buffer.byteLength(payload)}#${payload}`);

async function nextFrame(): Promise<string> {
  const deadline = AbortSignal.timeout(5_000);
  while (frames.length === 0) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    arrived = resolve;
    deadline.addEventListener("abort", () => reject(new Error("no frame in time")), { once: true });
    await promise;
  }
  return frames.shift() ?? "";
}

describe("authentication", () => {
  it("any of the secrets opens; the answer names the sockets and a version that enables pings", async () => {
    send("m1|authenticate|two|red,blue");
    const port = portOf(engine, "udp");
    expect(await nextFrame()).toMatch(
      new RegExp(
        `^[0-9a-f-]{36}\\|response\\|m1\\|OK\\|udp/127.0.0.1:${port}\\|v0\\.9\\.\\d+[^|]*\\|udp/127.0.0.1:${port}$`,
      ),
    );
    send("m2|ping");
    expect(await nextFrame()).toMatch(/\|response\|m2\|OK\|pong$/);
  });

  it.each([
    ["a wrong secret", "m1|authenticate|three|", "incorrect secret"],
    ["a route before authentication", "m1|route|invite", "not authenticated"],
    ["a SIP command before authentication", "m1|sip||\r\nOPTIONS sip:127.0.0.9 SIP/2.0\r\n\r\n", "not authenticated"],
    ["no type", "hello", "Invalid message format"],
  ])("%s is refused and the connection closed", async (_name, payload, text) => {
    const closed = once(socket, "close");
    send(payload);
    expect(await nextFrame()).toMatch(new RegExp(`\\|response\\|[^|]*\\|NO\\|${text}$`));
    await closed;
  });

  it.each(["abc#hello", "123456789#x", "0#"])(
    "a broken frame %s closes the connection without a word",
    async (bytes) => {
      const closed = once(socket, "close");
      socket.write(bytes);
      await closed;
      expect(frames).toEqual([]);
    },
  );

  it.each([
    ["an unknown type", "m2|dance|x", "m2|NO|Unknown message type"],
    ["no type", "hello", "hello|NO|Invalid message format"],
    ["a status line without transaction id", "m2|sip||\r\nSIP/2.0 200 OK\r\n\r\n", "m2|NO|transaction id missing"],
    ["a wrong secret", "m2|authenticate|three|", "m2|NO|incorrect secret"],
  ])("after authentication, %s is refused and the connection closed", async (_name, payload, answer) => {
    send("m1|authenticate|one|");
    await nextFrame();
    const closed = once(socket, "close");
    send(payload);
    send("m9|ping");
    expect((await nextFrame()).slice(37)).toBe(`response|${answer}`);
    await closed;
    expect(frames).toEqual([]);
  });

  it.each([
    ["an empty verb", "m2|route|", "OK"],
    ["a verb that nobody knows", "m2|route|frobnicate", "OK"],
    ["a route that was never asked for, taken back", "m2|remove_route|invite", "OK"],
    ["a CDR event", "m2|route|cdr:start", "OK"],
    ["a ping", "m2|ping", "OK|pong"],
    ["the secret again", "m2|authenticate|two|", "OK|udp/"],
    ["a command without message", "m2|sip||", "NOK|"],
  ])("after authentication, %s is answered and the connection stays", async (_name, payload, answer) => {
    send("m1|authenticate|one|");
    await nextFrame();
    send(payload);
    expect((await nextFrame()).slice(37)).toMatch(new RegExp(`^response\\|m2\\|${answer.replaceAll("|", "\\|")}`));
    send("m3|ping");
    expect(await nextFrame()).toMatch(/m3\|OK\|pong$/);
  });

  it("length digits and payload in single bytes, and several frames in one segment, are read alike", async () => {
    const bytes = Buffer.from("20#m1|authenticate|one|7#m2|ping7#m3|ping");
    for (const byte of bytes.subarray(0, 30)) socket.write(Buffer.of(byte));
    socket.write(bytes.subarray(30));
    expect(await nextFrame()).toMatch(/m1\|OK/);
    expect(await nextFrame()).toMatch(/m2\|OK\|pong$/);
    expect(await nextFrame()).toMatch(/m3\|OK\|pong$/);
  });

  it("a frame of nearly a megabyte, in pieces, behind another one, is read whole", async () => {
    send("m1|authenticate|one|");
    await nextFrame();
    const long = `m3|route|${"x".repeat(900_000)}`;
    const bytes = Buffer.from(`7#m2|ping${Buffer.byteLength(long)}#${long}`);
    for (let offset = 0; offset < bytes.length; offset += 100_000)
      socket.write(bytes.subarray(offset, offset + 100_000));
    expect(await nextFrame()).toMatch(/m2\|OK\|pong$/);
    expect(await nextFrame()).toMatch(/m3\|OK$/);
  });
});

describe("meta fields", () => {
  const meta = (frame: string): string[] => frame.slice(0, frame.indexOf("\r\n")).split("|");

  it("of a new request, of the echo of its answer, and of a request of the application", async () => {
    send("m1|authenticate|one|");
    await nextFrame();
    send("m2|route|invite");
    await nextFrame();
    const port = portOf(engine, "udp");
    const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
    const [, peerPort = ""] = peer.hostPort.split(":");
    peer.send(inviteLines(peer, `127.0.0.1:${port}`, { callId: "meta" }), exampleSdp);
    const offered = await nextFrame();
    const fields = meta(offered);
    const bytes = Buffer.byteLength(offered.slice(offered.indexOf("\r\n") + 2));
    expect(fields.slice(1, 7)).toEqual(["sip", "network", String(bytes), "udp", "127.0.0.1", peerPort]);
    expect(fields[7]).toMatch(/^\d\d:\d\d:\d\d\.\d{6}$/);
    expect(fields.slice(9)).toEqual(["", "127.0.0.1", String(port), ""]);
    expect(offered).toContain(`;rport=${peerPort}`);

    send(`m3|sip|${fields[8]}|\r\nSIP/2.0 180 Ringing\r\nContent-Length: 0\r\n\r\n`);
    const echo = meta(await nextFrame());
    expect(echo.slice(1, 5)).toEqual(["response", "m3", "OK", "application"]);
    expect(echo.slice(6, 9)).toEqual(["udp", "127.0.0.1", peerPort]);
    expect(echo.slice(10)).toEqual([fields[8], "meta;from-tag=caller-meta", "", "Msg sent:", ""]);

    send(`m4|sip||\r\nOPTIONS sip:${peer.hostPort} SIP/2.0\r\n\r\n`);
    const sent = meta(await nextFrame());
    expect(sent.slice(1, 5)).toEqual(["response", "m4", "OK", "application"]);
    expect(sent.slice(6, 9)).toEqual(["udp", "127.0.0.1", String(port)]);
    expect(sent[11]).toBe("Msg sent:");

    send("m5|sip||nosuch;from-tag=1\r\nBYE sip:placeholder SIP/2.0\r\n\r\n");
    expect(await nextFrame()).toMatch(
      /\|response\|m5\|NOK\|Server error: unable to find dialog for dialog id provided$/,
    );
    send(`m6|sip||\r\nOPTIONS sip:127.0.0.1:${port} SIP/2.0\r\n\r\n`);
    expect(await nextFrame()).toMatch(/\|response\|m6\|NOK\|can not send request to myself$/);
    send("m7|sip||\r\nMESSAGE sip:127.0.0.9 SIP/2.0\r\n\r\nhello");
    expect(await nextFrame()).toMatch(/\|response\|m7\|NOK\|missing content-type$/);
    send("m8|sip|nosuch|\r\nCANCEL sip:127.0.0.9 SIP/2.0\r\n\r\n");
    expect(await nextFrame()).toMatch(/\|response\|m8\|NOK\|unable to cancel unknown transaction id: nosuch$/);
    peer.close();
  });
});
