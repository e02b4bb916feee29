/** What comes back to addresses that did not ask for it: forged INVITEs cost less in bytes out than in, and real callers on a bad network get through all the same. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { joinCalls } from "../testing/back-to-back.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { LossyRelay } from "../testing/lossy-relay.ts";
import { exampleSdp } from "../testing/raw-peer.ts";
import { freePort, hasSipp, runScenario } from "../testing/sipp/run-scenario.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";

let application: ConnectedApplication;
afterEach(() => application.close());

const t1Ms = 20;

/** Addresses that are there, but never answer: whose they are does not know of the request. Bytes that come to them are counted. */
class Victims {
  readonly #sockets: Socket[] = [];
  sentBytes = 0;
  receivedBytes = 0;
  received = new Map<string, number>();

  static async open(count: number): Promise<Victims> {
    const victims = new Victims();
    for (let victim = 0; victim < count; victim += 1) {
      const socket = createSocket("udp4");
      socket.bind(0, `127.7.${Math.floor(victim / 250)}.${(victim % 250) + 1}`);
      await once(socket, "listening");
      socket.on("message", (bytes) => victims.#take(bytes));
      victims.#sockets.push(socket);
    }
    return victims;
  }

  /** One request from each of them. */
  send(port: number, method: string): void {
    for (const [index, socket] of this.#sockets.entries()) {
      const from = `${socket.address().address}:${socket.address().port}`;
      const body = method === "INVITE" ? exampleSdp : "";
      const lines = [
        `${method} sip:200@127.0.0.1:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${from};branch=z9hG4bK-${method}-${index};rport`,
        `From: <sip:forged@${from}>;tag=forged-${index}`,
        `To: <sip:200@127.0.0.1:${port}>`,
        `Call-ID: ${method}-${index}@forged`,
        `CSeq: 1 ${method}`,
        `Contact: <sip:forged@${from}>`,
        "Max-Forwards: 70",
        ...(method === "INVITE" ? ["Content-Type: application/sdp"] : []),
        `Content-Length: ${Buffer.byteLength(body)}`,
      ];
      const bytes = Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
      this.sentBytes += bytes.length;
      socket.send(bytes, port, "127.0.0.1");
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #take(bytes: Buffer): void {
    this.receivedBytes += bytes.length;
    const kind =
      bytes
        .toString("latin1", 0, 12)
        .replace(/^SIP\/2\.0 (\d+).*/s, "$1")
        .split(" ")[0] ?? "";
    this.received.set(kind, (this.received.get(kind) ?? 0) + 1);
  }
}

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 30_000, interval: 50 });

type Srf = ConnectedApplication["srf"];

/** What the application does with every INVITE. */
const behaviours: Record<string, (srf: Srf) => void> = {
  "asks for credentials": (srf) =>
    srf.invite((_req, res) =>
      res.send(401, { headers: { "WWW-Authenticate": 'Digest realm="uno.example", nonce="0123456789abcdef"' } }),
    ),
  "is busy": (srf) => srf.invite((_req, res) => res.send(486)),
  rings: (srf) =>
    srf.invite((req, res) => {
      res.send(180);
      req.on("cancel", () => undefined);
      setTimeout(() => res.send(480), t1Ms * 40);
    }),
  "rings and answers": (srf) =>
    srf.invite((req, res) => {
      res.send(180);
      srf.createUAS(req, res, { localSdp: exampleSdp }).catch(() => undefined);
    }),
  "answers and hangs up": (srf) =>
    srf.invite((req, res) => {
      srf.createUAS(req, res, { localSdp: exampleSdp }).then(
        (dialog) => setTimeout(() => dialog.destroy({ headers: {} }, () => undefined), t1Ms * 8),
        () => undefined,
      );
    }),
};

async function flood(mode: "on" | "off", method: string, behave: (srf: Srf) => void): Promise<Victims> {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], t1Ms, {
    protection: { mode, trusted: [] },
  });
  behave(application.srf);
  await application.settled();
  const victims = await Victims.open(300);
  victims.send(portOf(application.engine, "udp"), method);
  await expect.poll(() => application.engine.load().then(({ transactions }) => transactions)).toBeGreaterThan(0);
  await nothingLeft();
  victims.close();
  return victims;
}

describe("300 forged INVITEs, each in the name of another address", () => {
  it.each(Object.keys(behaviours))("to an application that %s: fewer bytes out than in", async (name) => {
    const { sentBytes, receivedBytes } = await flood("on", "INVITE", behaviours[name] ?? (() => undefined));
    expect(receivedBytes).toBeLessThanOrEqual(sentBytes);
    expect((await application.engine.protection()).counters.withheldAnswers).toBeGreaterThan(300);
  });

  it.each(["is busy", "rings and answers"])(
    "without protection, to one that %s: many times as many out",
    async (name) => {
      const { sentBytes, receivedBytes } = await flood("off", "INVITE", behaviours[name] ?? (() => undefined));
      expect(receivedBytes).toBeGreaterThan(sentBytes * 3);
    },
  );

  it.each(["OPTIONS", "BYE", "PRACK"])("%s: fewer bytes out than in", async (method) => {
    const { sentBytes, receivedBytes, received } = await flood("on", method, (srf) => {
      (srf as unknown as { options(handle: Parameters<Srf["invite"]>[0]): void }).options((_req, res) =>
        res.send(200, { headers: { Allow: "INVITE, ACK, CANCEL, BYE, OPTIONS", Accept: "*/*" } }),
      );
    });
    expect(receivedBytes).toBeLessThanOrEqual(sentBytes);
    expect([...received.keys()].filter((kind) => kind !== (method === "OPTIONS" ? "200" : "481"))).toEqual([]);
  });
});

describe.skipIf(!hasSipp)("callers that nobody knows", () => {
  it("100 calls, each from an address of its own, on a network that loses a tenth, delays a fifth and doubles a twentieth: all complete", async () => {
    application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], 100, {
      protection: { trusted: ["127.0.0.1"] },
    });
    const calleePort = await freePort();
    const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
    const shownAs = (peer: number): string => `127.9.${Math.floor(peer / 250)}.${(peer % 250) + 1}`;
    const relay = await LossyRelay.open(engine, { lost: 0.1, late: 0.2, doubled: 0.05, seed: 7, shownAs });
    const counts = joinCalls(application.srf, `sip:200@127.0.0.1:${calleePort}`);
    try {
      const [callee, caller] = await Promise.all([
        runScenario({ name: "callee-is-hung-up", port: calleePort, calls: 100, network: "bad" }),
        runScenario({
          name: "caller-hangs-up",
          target: `127.0.0.1:${relay.port}`,
          port: await freePort(),
          transport: "udp-each",
          calls: 100,
          pauseMs: 500,
          network: "bad",
        }),
      ]);
      expect({ caller, callee }).toMatchObject({
        caller: { successful: 100, failed: 0, code: 0 },
        callee: { successful: 100, failed: 0, code: 0 },
      });
      expect(counts.failures).toEqual(new Map());
      // They really were strangers: something was withheld, and each was known by its own address.
      const { counters, sources } = await application.engine.protection();
      expect(counters.withheldAnswers).toBeGreaterThan(0);
      expect(sources).toBeGreaterThanOrEqual(100);
      await nothingLeft();
    } finally {
      relay.close();
    }
  }, 120_000);
});
