/** Callers over TCP whose connection is gone before they are answered: called back where their Via says (RFC 3261 §18.2.2, RFC 3263 §5). */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf } from "../testing/raw-peer.ts";
import { addressAnswer, ScriptedNames, srvAnswer } from "../testing/scripted-names.ts";
import { freePort } from "../testing/sipp/run-scenario.ts";
import { StreamPeer } from "../testing/stream-peer.ts";

let names: ScriptedNames;
let application: ConnectedApplication;
let listening: StreamPeer;
let engineAt: string;

beforeEach(async () => {
  names = await ScriptedNames.open({});
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 50, { dnsServers: [names.at] });
  engineAt = `127.0.0.1:${portOf(application.engine, "tcp")}`;
  listening = await StreamPeer.open("127.0.0.1");
  application.srf.use("invite", (_req, _res, next) => next());
  await application.settled();
});

afterEach(async () => {
  await listening.close();
  await application.close();
  await names.close();
});

function lines(method: string, callId: string, { via, more = [] }: { via: string; more?: string[] }): string[] {
  return [
    `${method} sip:200@${engineAt} SIP/2.0`,
    `Via: SIP/2.0/TCP ${via};branch=z9hG4bK${method}${callId}`,
    "From: <sip:caller@office.example>;tag=caller",
    `To: <sip:200@${engineAt}>`,
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    "Max-Forwards: 70",
    `Contact: <sip:caller@127.0.0.1:${listening.port};transport=tcp>`,
    ...more,
  ];
}

/** Calls over a connection of its own; the application has it once this resolves. */
async function callFrom(
  via: string,
  callId: string,
): Promise<{ socket: Socket; req: Srf.SrfRequest; res: Srf.SrfResponse }> {
  const offered = new Promise<{ req: Srf.SrfRequest; res: Srf.SrfResponse }>((resolve) =>
    application.srf.invite((req, res) => resolve({ req, res })),
  );
  const socket = connect(Number(engineAt.split(":")[1]), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const head = lines("INVITE", callId, { via, more: ["Content-Type: application/sdp"] });
  socket.write([...head, `Content-Length: ${exampleSdp.length}`, "", exampleSdp].join("\r\n"));
  return { socket, ...(await offered) };
}

async function nothingLeft(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { transactions, dialogs, unacknowledged } = await application.engine.load();
      expect({ transactions, dialogs, unacknowledged }).toEqual({ transactions: 0, dialogs: 0, unacknowledged: 0 });
    },
    { timeout: 10_000, interval: 50 },
  );
}

async function answeredThere(callId: string, via: string): Promise<void> {
  const { socket, req, res } = await callFrom(via, callId);
  socket.destroy();
  await once(socket, "close");
  const dialog = application.srf.createUAS(req, res, { localSdp: exampleSdp });
  const ok = await listening.receive(/^SIP\/2\.0 200/);
  expect(headerOf(ok, "Call-ID")).toBe(callId);
  const ack = lines("ACK", callId, { via });
  ack[3] = `To: ${headerOf(ok, "To")}`;
  listening.send(ack);
  const ended = (await dialog).destroy.bind(await dialog);
  const gone = new Promise((resolve) => ended({ headers: {} }, resolve));
  const bye = await listening.receive(/^BYE /);
  const copied = bye.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
  listening.send(["SIP/2.0 200 OK", ...copied]);
  await gone;
  await nothingLeft();
}

it("at the port that the Via names", async () => {
  await answeredThere("back-1", `127.0.0.1:${listening.port}`);
});

it("at the host that the Via names, by its SRV records, when nobody listens where the call came from", async () => {
  const name = "_sip._tcp.office.example";
  names.zone = {
    [`SRV ${name}`]: [srvAnswer(name, 60, { priority: 1, weight: 1, port: listening.port, target: "h.example" })],
    "A h.example": [addressAnswer("h.example", 60, "127.0.0.1")],
  };
  await answeredThere("back-2", "office.example");
});

it("nobody there: to the application the caller has hung up", async () => {
  const { socket, req } = await callFrom(`127.0.0.1:${await freePort()}`, "back-3");
  const cancelled = new Promise<void>((resolve) => req.on("cancel", () => resolve()));
  socket.destroy();
  await cancelled;
  await nothingLeft();
});
