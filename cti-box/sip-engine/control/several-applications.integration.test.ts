/** Several drachtio-srf applications on one engine: each in its turn, one that left is not asked any more (control protocol §3.3, §3.4). */
import { connect } from "node:net";
import Srf from "drachtio-srf";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { RawApplication } from "../testing/raw-application.ts";
import { headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";

let engine: SipEngineHandle;
let peer: RawPeer;
let applications: { name: string; srf: Srf }[];
let number = 0;

function leave(name: string): void {
  const index = applications.findIndex((each) => each.name === name);
  applications.splice(index, 1)[0]?.srf.disconnect();
}

beforeEach(async () => {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["first", "second"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
    t1Ms: 50,
  });
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
  applications = [];
  for (const name of ["one", "two", "three"]) applications.push({ name, srf: await join(name) });
});
afterEach(async () => {
  peer.close();
  for (const { srf } of applications) srf.disconnect();
  await engine.close();
});

/** An application that refuses calls and answers OPTIONS, each with its name. */
async function join(name: string): Promise<Srf> {
  const srf = new Srf();
  srf.on("error", () => undefined);
  const connected = new Promise((resolve) => srf.on("connect", resolve));
  void srf.connect({ ...engine.admin, secret: name === "one" ? "first" : "second" });
  await connected;
  srf.invite((_req, res) => res.send(486, { headers: { "X-Application": name } }));
  srf.use("options", (_req, res) => res.send(200, { headers: { "X-Application": name } }));
  return srf;
}

async function answeredBy(method: "INVITE" | "OPTIONS"): Promise<string> {
  number += 1;
  const lines = inviteLines(peer, "127.0.0.1", { callId: `turn-${number}` });
  peer.send(lines.map((line) => line.replace("INVITE", method)).filter((line) => !line.startsWith("Content-Type")));
  // A refusal that nobody acknowledges comes again, and may come when the next one is awaited.
  return headerOf(await peer.receive(new RegExp(`^SIP/2\\.0 (200|486|503)[^]*turn-${number}\\b`)), "X-Application");
}

async function answered(method: "INVITE" | "OPTIONS", times: number): Promise<string[]> {
  const names: string[] = [];
  while (names.length < times) names.push(await answeredBy(method));
  return names;
}

/** Until the engine has taken what the applications said last. */
async function settled(method: "INVITE" | "OPTIONS", expected: string[]): Promise<void> {
  await expect.poll(async () => new Set(await answered(method, 6)), { timeout: 5_000 }).toEqual(new Set(expected));
}

it("each in its turn, each method by itself", async () => {
  await settled("INVITE", ["one", "two", "three"]);
  await settled("OPTIONS", ["one", "two", "three"]);
  const calls = await answered("INVITE", 6);
  expect(calls.slice(0, 3)).toEqual(calls.slice(3));
  expect(new Set(calls.slice(0, 3)).size).toBe(3);
  // A request of another method in between does not take a turn away.
  const [first, second] = [await answeredBy("INVITE"), (await answeredBy("OPTIONS"), await answeredBy("INVITE"))];
  expect([first, second]).toEqual(calls.slice(0, 2));
});

it("one that left is not asked, one that takes INVITE back still gets OPTIONS, and with nobody left it is 503", async () => {
  await settled("INVITE", ["one", "two", "three"]);
  leave("one");
  await settled("INVITE", ["two", "three"]);
  const two = applications[0]?.srf as unknown as { unregisterForMessages(verb: string): void } | undefined;
  two?.unregisterForMessages("invite");
  await settled("INVITE", ["three"]);
  await settled("OPTIONS", ["two", "three"]);
  leave("three");
  await settled("INVITE", [""]);
});

it("tags are told with the secret; wrong ones are refused", async () => {
  const raw = await RawApplication.open(engine.admin);
  raw.send(`m1|authenticate|first|${Array.from({ length: 20 }, (_, index) => `tag-${index}_a+b@c:d`).join(",")}`);
  expect(await raw.frame()).toMatch(/\|m1\|OK\|/);
  raw.socket.destroy();
  for (const tags of ["x".repeat(33), "a b", Array.from({ length: 21 }, (_, index) => index).join(",")]) {
    const wrong = await RawApplication.open(engine.admin);
    wrong.send(`m1|authenticate|first|${tags}`);
    expect(await wrong.frame()).toMatch(/\|m1\|NO\|invalid tags$/);
  }
});

it("a frame of nearly a megabyte goes both ways, byte for byte", async () => {
  const contacts = ["sip:127.0.0.1:0;transport=tcp"];
  const other = await startSipEngine({ admin: { host: "127.0.0.1", port: 0 }, secrets: ["secret"], contacts });
  const application = await RawApplication.open(other.admin);
  application.send("m1|authenticate|secret|");
  application.send("m2|route|message");
  await application.frame(/\|m2\|OK/);
  const socket = connect(portOf(other, "tcp"), "127.0.0.1");
  const received: Buffer[] = [];
  socket.on("data", (bytes) => received.push(bytes));
  const body = "à€😀|#\r\n".repeat(75_000);
  const via = "Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK-large";
  const head = ["MESSAGE sip:desk@127.0.0.1 SIP/2.0", via, "From: <sip:a@b>;tag=1", "To: <sip:c@d>", "Call-ID: large"];
  const rest = ["CSeq: 1 MESSAGE", "Max-Forwards: 70", "Content-Type: text/plain"];
  const length = Buffer.byteLength(body);
  expect(length).toBeGreaterThan(900_000);
  socket.write([...head, ...rest, `Content-Length: ${length}`, "", body].join("\r\n"));
  const frame = await application.frame(/\|sip\|network/);
  expect(frame.endsWith(`\r\n\r\n${body}`)).toBe(true);
  const transactionId = frame.split("\r\n")[0]?.split("|")[8];
  application.send(`m3|sip|${transactionId}|\r\nSIP/2.0 200 OK\r\nContent-Type: text/plain\r\n\r\n${body}`);
  expect((await application.frame(/\|m3\|OK/)).endsWith(body)).toBe(true);
  await expect.poll(() => Buffer.concat(received).toString().endsWith(body)).toBe(true);
  socket.destroy();
  application.socket.destroy();
  await other.close();
});
