/** Nobody but an application has the engine send anything anywhere: whatever a stranger writes into Route, Request-URI, Via, Contact or Path, a third party hears nothing. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, RawPeer } from "../testing/raw-peer.ts";
import { StreamPeer } from "../testing/stream-peer.ts";

let application: ConnectedApplication;
let attacker: RawPeer;
let victim: RawPeer;
let victimAt: string;
let engineAt: string;
/** What the application does with an INVITE. */
let handle: Parameters<ConnectedApplication["srf"]["invite"]>[0];

beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 20, { protection: { trusted: [] } });
  const { srf } = application;
  const on = srf as unknown as Record<"register" | "message", (handle: Parameters<typeof srf.invite>[0]) => void>;
  on.register((req, res) => res.send(200, { headers: { Contact: req.get("contact") } }));
  on.message((_req, res) => res.send(404));
  handle = (_req, res) => res.send(404);
  srf.invite((req, res) => handle(req, res));
  await application.settled();
  const port = portOf(application.engine, "udp");
  engineAt = `127.0.0.1:${port}`;
  attacker = await RawPeer.open("127.0.11.1", { host: "127.0.0.1", port });
  victim = await RawPeer.open("127.0.12.1", { host: "127.0.0.1", port });
  victimAt = victim.hostPort;
});
afterEach(async () => {
  attacker.close();
  victim.close();
  await application.close();
});

type Trick = { method: string; uri?: string; via?: string; to?: string; more?: string[] };

function lines(trick: Trick, id: string): string[] {
  const { method, uri = `sip:x@${engineAt}`, via = "", to = "", more = [] } = trick;
  const sentBy = via.startsWith("=") ? via.slice(1) : `${attacker.hostPort}${via}`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${sentBy};branch=z9hG4bK-${id}`,
    `From: <sip:x@${attacker.hostPort}>;tag=${id}`,
    `To: <sip:x@${engineAt}>${to}`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${method}`,
    "Max-Forwards: 70",
    "Subject: long enough to pay for every answer that the engine could want to give to it, wherever to",
    ...more,
  ];
}

const tricks: [string, () => Trick][] = [
  ["a Route to it", () => ({ method: "INVITE", more: [`Route: <sip:${victimAt};lr>`] })],
  [
    "a Route through the engine to it",
    () => ({ method: "INVITE", more: [`Route: <sip:${engineAt};lr>, <sip:${victimAt};lr>`] }),
  ],
  [
    "a Route with a signature that is none",
    () => ({ method: "INVITE", more: [`Route: <sip:${engineAt};lr;la2=AAAA>, <sip:${victimAt};lr>`] }),
  ],
  [
    "the same inside of a dialog that is none",
    () => ({ method: "INVITE", to: ";tag=made-up", more: [`Route: <sip:${engineAt};lr;la2=AAAA>, <sip:${victimAt}>`] }),
  ],
  ["its address as the Request-URI", () => ({ method: "INVITE", uri: `sip:x@${victimAt}` })],
  ["maddr in the Request-URI", () => ({ method: "INVITE", uri: `sip:x@${engineAt};maddr=127.0.12.1` })],
  ["a BYE to its address", () => ({ method: "BYE", uri: `sip:x@${victimAt}`, to: ";tag=made-up" })],
  ["a Contact that is it", () => ({ method: "INVITE", more: [`Contact: <sip:x@${victimAt}>`] })],
  ["its address as the sender's", () => ({ method: "MESSAGE", via: `=${victimAt}` })],
  ["received in the Via", () => ({ method: "MESSAGE", via: `;received=127.0.12.1;rport=${victimAt.split(":")[1]}` })],
  ["maddr in the Via", () => ({ method: "MESSAGE", via: ";maddr=127.0.12.1" })],
  [
    "a registration in its name, by Contact and Path",
    () => ({
      method: "REGISTER",
      more: [`Contact: <sip:x@${victimAt}>`, `Path: <sip:${victimAt};lr>`, "Supported: path", "Expires: 60"],
    }),
  ],
];

const nothingLeft = (): Promise<unknown> =>
  expect.poll(() => application.engine.load(), { timeout: 20_000 }).toMatchObject({ transactions: 0, dialogs: 0 });

describe("a third party hears nothing of", () => {
  it.each(tricks)("%s", async (_name, trick) => {
    const made = trick();
    // Twice, so that also what is only answered the second time would have been.
    for (let copy = 0; copy < 2; copy += 1)
      attacker.send(lines(made, "trick"), made.method === "INVITE" ? exampleSdp : "");
    await expect.poll(() => application.engine.load().then(({ transactions }) => transactions)).toBeGreaterThan(0);
    await nothingLeft();
    expect(victim.unread(/./)).toEqual([]);
  });

  it("a caller's connection that is gone before the answer, and whose Via has a name", async () => {
    const asked = Promise.withResolvers<() => void>();
    handle = (_req, res) => asked.resolve(() => res.send(486));
    const listening = await StreamPeer.open("127.0.0.1");
    const socket = connect({ host: "127.0.0.1", port: portOf(application.engine, "tcp"), localAddress: "127.0.11.1" });
    await once(socket, "connect");
    // "localhost" stands for any name: it leads elsewhere than to where the connection came from.
    const head = lines({ method: "INVITE", via: `=localhost:${listening.port}` }, "gone").map((line) =>
      line.replace("/UDP", "/TCP"),
    );
    socket.write([...head, "Content-Length: 0", "", ""].join("\r\n"));
    const answer = await asked.promise;
    const gone = once(socket, "close");
    socket.destroy();
    await gone;
    answer();
    await nothingLeft();
    expect(listening.accepted).toBe(0);
    await listening.close();
  });
});

describe("an acknowledged call", () => {
  it("is not ended by a BYE from elsewhere that only guesses the tag", async () => {
    handle = (req, res) => void application.srf.createUAS(req, res, { localSdp: exampleSdp }).catch(() => undefined);
    const invite = { method: "INVITE", more: [`Contact: <sip:x@${attacker.hostPort}>`] };
    for (let copy = 0; copy < 2; copy += 1) attacker.send(lines(invite, "call"), exampleSdp);
    const answer = await attacker.receive(/^SIP\/2\.0 200/);
    const tag = /;tag=(\S+)/.exec(headerOf(answer, "To"))?.[1] ?? "";
    attacker.send(lines({ method: "ACK", to: `;tag=${tag}` }, "call"));
    await expect.poll(() => application.engine.load()).toMatchObject({ dialogs: 1, unacknowledged: 0 });
    const other = { method: "BYE", via: `=${victimAt}`, to: ";tag=guess" };
    victim.send(lines(other, "call"));
    expect(await victim.receive(/CSeq: 1 BYE/)).toMatch(/^SIP\/2\.0 481/);
    expect(await application.engine.load()).toMatchObject({ dialogs: 1 });
    attacker.send(
      lines({ method: "BYE", to: `;tag=${tag}` }, "call").map((line) => line.replace("CSeq: 1", "CSeq: 2")),
    );
    expect(await attacker.receive(/CSeq: 2 BYE/)).toMatch(/^SIP\/2\.0 200/);
  });
});
