/** Call detail records as drachtio-srf hears them, with a peer that is steered message by message: T1 is 10 ms, a second of a session 10 ms. */
import Srf from "drachtio-srf";
import { assert, asyncProperty, constantFrom, array } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CallingPeer } from "../testing/calling-peer.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines } from "../testing/raw-peer.ts";

type Heard = { kind: string; source: string; more: string; callId: string; line: string };
type Message = { get(name: string): string; method?: string; status?: number };

let application: ConnectedApplication;
let peer: CallingPeer;
let heard: Heard[];

const at = (): string => `127.0.0.1:${portOf(application.engine, "udp")}`;
const sdpOf = { localSdp: exampleSdp };

function listen(srf: Srf, into: Heard[]): void {
  const take = (kind: string, [source, more, message]: [source: string, more: string, message: Message]): void => {
    const line = message.method ?? String(message.status);
    into.push({ kind, source, more, callId: message.get("Call-ID"), line });
  };
  srf.on("cdr:attempt", (source, _time, message) => take("attempt", [source, "", message]));
  for (const kind of ["start", "stop"] as const) {
    const event = `cdr:${kind}` as "cdr:stop";
    srf.on(event, (...[source, , more, message]) => take(kind, [source, more, message]));
  }
}

beforeEach(async () => {
  heard = [];
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], 10, {
    cdrs: true,
    dialogs: { secondMs: 10 },
  });
  listen(application.srf, heard);
  peer = await CallingPeer.open(application);
});
afterEach(async () => {
  peer.raw.close();
  await application.close();
});

const story = (callId?: string): string[] =>
  heard
    .filter((each) => callId === undefined || each.callId === callId)
    .map(({ kind, source, more, line }) => [kind, source, more, line].filter((part) => part !== "").join(" "));
const hears = (expected: string[], callId?: string): Promise<unknown> =>
  expect.poll(() => story(callId), { timeout: 5_000 }).toEqual(expected);

describe("a leg of the application's", () => {
  it("that was called and hung up by the caller", async () => {
    const { ok } = await peer.callsIn({ callId: "uas" });
    peer.ask(ok, "BYE", { cseq: 2 });
    await hears(["attempt network INVITE", "start application uas 200", "stop network normal-release BYE"]);
  });

  it("that called and hung up", async () => {
    const { dialog } = await peer.isCalled({});
    dialog.destroy();
    peer.answer(await peer.raw.receive(/^BYE /), "200 OK");
    await hears(["attempt application INVITE", "start network uac 200", "stop application normal-release BYE"]);
  });

  it("that is refused, by either side", async () => {
    application.srf.invite((_req, res) => res.send(486));
    peer.raw.send(inviteLines(peer.raw, at(), { callId: "refused" }), exampleSdp);
    await hears(["attempt network INVITE", "stop application call-rejected 486"]);
    heard.length = 0;
    application.srf.createUAC(`sip:callee@${peer.raw.hostPort}`, sdpOf).catch(() => undefined);
    peer.answer(await peer.raw.receive(/^INVITE /), "603 Decline");
    await hears(["attempt application INVITE", "stop network call-rejected 603"]);
  });

  it("that the caller cancels", async () => {
    application.srf.invite((_req, res) => res.send(180));
    const lines = inviteLines(peer.raw, at(), { callId: "cancelled" });
    peer.raw.send(lines, exampleSdp);
    await peer.raw.receive(/^SIP\/2\.0 180/);
    const cancel = lines.filter((line) => !line.startsWith("Content-Type"));
    peer.raw.send(cancel.map((line) => line.replace(/^INVITE|INVITE$/, "CANCEL")));
    await hears(["attempt network INVITE", "stop network call-canceled INVITE"]);
  });

  it("that nobody answers, or acknowledges", async () => {
    application.srf.createUAC(`sip:callee@${peer.raw.hostPort}`, sdpOf).catch(() => undefined);
    await peer.raw.receive(/^INVITE /);
    await hears(["attempt application INVITE", "stop application system-error-initiated-termination 408"]);
    heard.length = 0;
    application.srf.invite((req, res) => void application.srf.createUAS(req, res, sdpOf));
    peer.raw.send(inviteLines(peer.raw, at(), { callId: "no-ack" }), exampleSdp);
    const end = "stop application system-initiated-termination BYE";
    await hears(["attempt network INVITE", "start application uas 200", end]);
  });

  it("whose session timer expires", async () => {
    await peer.isCalled({ more: ["Session-Expires: 90;refresher=uas"] });
    await hears(["attempt application INVITE", "start network uac 200", "stop application session-expired BYE"]);
  });
});

describe("a call that is passed on", () => {
  const pass = async (remainInDialog: boolean): Promise<{ invite: string; ok: string }> => {
    const destination = [`sip:callee@${peer.raw.hostPort}`];
    application.srf.invite((req) => application.srf.proxyRequest(req, destination, { remainInDialog }));
    peer.raw.send(inviteLines(peer.raw, at(), { callId: "passed" }), exampleSdp);
    const invite = await peer.raw.receive(/^INVITE /);
    peer.answer(
      invite,
      "200 OK",
      [...invite.matchAll(/^Record-Route:.*$/gm)].map((found) => found[0].trim()),
    );
    return { invite, ok: await peer.raw.receive(/^SIP\/2\.0 200/) };
  };
  const begun = ["attempt network INVITE", "attempt application INVITE", "start network proxy-uac 200"];

  it("has two legs, which end with the BYE where the engine stays on the way", async () => {
    const { ok } = await pass(true);
    await hears([...begun, "start application proxy-uas 200"]);
    const route = headerOf(ok, "Record-Route");
    peer.ask(ok, "BYE", { cseq: 2, more: [`Route: ${route}`] });
    const stop = "stop network normal-release BYE";
    await hears([...begun, "start application proxy-uas 200", stop, stop]);
  });

  it("and with the answer where it does not", async () => {
    await pass(false);
    const stop = "stop network normal-release 200";
    await hears([...begun, stop, "start application proxy-uas 200", stop]);
  });
});

describe("several applications", () => {
  it("hear the events in turn, and one that did not ask hears none", async () => {
    const second = new Srf();
    let counted = 0;
    const connected = new Promise((resolve) => second.on("connect", resolve));
    void second.connect({ ...application.engine.admin, secret: "correct-secret" });
    await connected;
    second.on("cdr:attempt", () => (counted += 1));
    await expect.poll(async () => (await application.engine.load()).dialogs).toBe(0);
    application.srf.invite((_req, res) => res.send(486));
    for (let call = 0; call < 4; call += 1) {
      peer.raw.send(inviteLines(peer.raw, at(), { callId: `turn${call}` }), exampleSdp);
      const refused = await peer.raw.receive(/^SIP\/2\.0 486/);
      peer.ask(refused, "ACK", { cseq: 1, branch: `turn${call}` });
    }
    await expect.poll(() => counted).toBe(2);
    expect(heard.filter(({ kind }) => kind === "attempt")).toHaveLength(2);
    second.disconnect();
  });
});

describe("whatever happens", () => {
  it("each attempt has one stop, and a start at most, before it", async () => {
    let number = 0;
    type Step = "cancel" | "answer" | "refuse" | "ring" | "caller-bye" | "app-bye" | "ack" | "again";
    const steps = array(
      constantFrom<Step[]>("cancel", "answer", "refuse", "ring", "caller-bye", "app-bye", "ack", "again"),
      {
        maxLength: 6,
      },
    );
    const offers = new Map<string, { req: Srf.SrfRequest; res: Srf.SrfResponse }>();
    application.srf.invite((req, res) => offers.set(req.get("Call-ID"), { req, res }));
    const race = async (happenings: Step[]): Promise<void> => {
      const callId = `race${(number += 1)}`;
      const lines = inviteLines(peer.raw, at(), { callId });
      peer.raw.send(lines, exampleSdp);
      await expect.poll(() => offers.has(callId), { interval: 1 }).toBe(true);
      const offer = offers.get(callId);
      if (offer === undefined) return;
      let dialog: Srf.Dialog | null = null;
      for (const step of happenings) {
        const ok = peer.raw.unread(new RegExp(`^SIP/2\\.0 200[\\s\\S]*Call-ID: ${callId}\\r[\\s\\S]*1 INVITE`))[0];
        const cancel = lines.filter((line) => !line.startsWith("Content-Type"));
        if (step === "cancel") peer.raw.send(cancel.map((line) => line.replace(/^INVITE|INVITE$/, "CANCEL")));
        else if (step === "again") peer.raw.send(lines, exampleSdp);
        else if (step === "ring") offer.res.send(180);
        else if (step === "refuse") offer.res.send(480);
        else if (step === "answer")
          dialog ??= await application.srf.createUAS(offer.req, offer.res, sdpOf).catch(() => null);
        else if (step === "ack" && ok) peer.ask(ok, "ACK", { cseq: 1, branch: `${callId}ack` });
        else if (step === "caller-bye" && ok) peer.ask(ok, "BYE", { cseq: 2, branch: `${callId}bye` });
        else if (step === "app-bye") dialog?.destroy({ headers: {} }, () => undefined);
      }
      if (!offer.res.finalResponseSent) offer.res.send(500);
      dialog?.destroy({ headers: {} }, () => undefined);
      await expect.poll(() => story(callId).filter((each) => each.startsWith("stop")).length, { interval: 5 }).toBe(1);
      expect(story(callId)[0]).toBe("attempt network INVITE");
      const kinds = story(callId).map((each) => each.split(" ")[0]);
      expect([
        ["attempt", "stop"],
        ["attempt", "start", "stop"],
      ]).toContainEqual(kinds);
    };
    await assert(asyncProperty(steps, race), { numRuns: 60, interruptAfterTimeLimit: 40_000 });
    await expect.poll(() => application.engine.load(), { timeout: 8_000 }).toMatchObject({ dialogs: 0 });
    const counts = (kind: string): number => heard.filter((each) => each.kind === kind).length;
    expect(counts("stop")).toBe(counts("attempt"));
  });
});
