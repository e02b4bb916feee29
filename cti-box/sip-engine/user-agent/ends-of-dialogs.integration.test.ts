/** How dialogs end when the application does not end them, with what it hears of it; and that none stays. T1 is 20 ms, a second lasts 10 ms. */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CallingPeer } from "../testing/calling-peer.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";

let application: ConnectedApplication;
let peer: CallingPeer;

const open = async (dialogs: object = {}): Promise<void> => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], 20, {
    dialogs: { secondMs: 10, ...dialogs },
  });
  peer = await CallingPeer.open(application);
};
beforeEach(() => open());
afterEach(async () => {
  peer.raw.close();
  await application.close();
});

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 8_000 });

type Offered = { req: Srf.SrfRequest; res: Srf.SrfResponse };
const nextOffered = (method: "invite" | "subscribe"): Promise<Offered> =>
  new Promise((resolve) => application.srf.use(method, (req, res) => resolve({ req, res })));

const ended = (dialog: Srf.Dialog): Promise<string> =>
  new Promise((resolve) => dialog.on("destroy", (_msg: unknown, reason?: string) => resolve(reason ?? "none")));

const at = (): string => `127.0.0.1:${portOf(application.engine, "udp")}`;

describe("the engine's own BYE is told with its reason", () => {
  const tells = async (told: Promise<string>, reason: string): Promise<void> => {
    const bye = await peer.raw.receive(/^BYE /);
    expect(headerOf(bye, "Reason")).toBe(`SIP;cause=200;text="${reason}"`);
    peer.answer(bye, "200 OK");
    expect(await told).toBe(reason);
    await nothingLeft();
  };

  it("no ACK came for the 200", async () => {
    const offered = nextOffered("invite");
    peer.raw.send(inviteLines(peer.raw, at(), { callId: "no-ack" }), exampleSdp);
    const { req, res } = await offered;
    const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    await tells(ended(dialog), "ACK timeout");
  });

  it("the session timer expired", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90;refresher=uas"] });
    await tells(ended(dialog), "Session timer expired");
  });

  it("the caller's CANCEL crossed the 200", async () => {
    const offered = nextOffered("invite");
    const lines = inviteLines(peer.raw, at(), { callId: "crossed" });
    peer.raw.send(lines, exampleSdp);
    const { req, res } = await offered;
    const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    const told = ended(dialog);
    await peer.raw.receive(/^SIP\/2\.0 200/);
    const cancel = lines.filter((line) => !line.startsWith("Content-Type"));
    peer.raw.send(cancel.map((line) => line.replace(/^INVITE|INVITE$/, "CANCEL")));
    await peer.raw.receive(/^SIP\/2\.0 481/);
    await tells(told, "CANCEL after 200 OK");
  });

  it("the callee's 200 crossed our CANCEL", async () => {
    const { promise: sent, resolve } = Promise.withResolvers<Srf.SrfRequest>();
    const placed = application.srf.createUAC(
      `sip:callee@${peer.raw.hostPort}`,
      { localSdp: exampleSdp },
      { cbRequest: ((_error: unknown, request: Srf.SrfRequest) => resolve(request)) as never },
    );
    const invite = await peer.raw.receive(/^INVITE /);
    peer.answer(invite, "180 Ringing");
    (await sent).cancel(() => undefined);
    peer.answer(await peer.raw.receive(/^CANCEL /), "481 Call/Transaction Does Not Exist");
    peer.answer(invite, "200 OK");
    const told = ended(await placed);
    await peer.raw.receive(/^ACK /);
    await tells(told, "ACK-BYE due to cancel race condition");
  });
});

describe("a BYE of the application", () => {
  it.each([
    ["401 Unauthorized", "WWW-Authenticate"],
    ["407 Proxy Authentication Required", "Proxy-Authenticate"],
  ])("that is challenged with %s keeps the call, and is sent again with credentials", async (status, name) => {
    const { dialog } = await peer.isCalled({});
    const gone = new Promise((resolve) => dialog.destroy({ auth: { username: "u", password: "p" } } as never, resolve));
    const first = await peer.raw.receive(/^BYE /);
    peer.answer(first, status, [`${name}: Digest realm="r", nonce="n", algorithm=MD5`]);
    const again = await peer.raw.receive(/^BYE [\s\S]*uthorization: Digest/);
    expect(headerOf(again, "Call-ID")).toBe(headerOf(first, "Call-ID"));
    expect(Number.parseInt(headerOf(again, "CSeq"), 10)).toBe(Number.parseInt(headerOf(first, "CSeq"), 10) + 1);
    peer.answer(again, "200 OK");
    await gone;
    await nothingLeft();
  });

  it("cancels a re-INVITE that still waits", async () => {
    const { dialog } = await peer.isCalled({});
    dialog.modify(exampleSdp).catch(() => undefined);
    const again = await peer.raw.receive(/^INVITE /);
    peer.answer(again, "100 Trying");
    await expect.poll(async () => (await application.engine.load()).transactions).toBeGreaterThan(0);
    dialog.destroy();
    peer.answer(await peer.raw.receive(/^CANCEL /), "200 OK");
    peer.answer(again, "487 Request Terminated");
    peer.answer(await peer.raw.receive(/^BYE /), "200 OK");
    await nothingLeft();
  });
});

describe("a subscription", () => {
  const subscribeLines = (callId: string, expires: string): string[] => [
    ...inviteLines(peer.raw, at(), { callId }).filter((line) => !line.startsWith("Content-Type")),
    "Event: presence",
    `Expires: ${expires}`,
  ];

  const accept = async (callId: string, expires = "60"): Promise<{ dialog: Srf.Dialog; ok: string }> => {
    const offered = nextOffered("subscribe");
    await application.settled();
    peer.raw.send(subscribeLines(callId, expires).map((line) => line.replace(/^INVITE|INVITE$/, "SUBSCRIBE")));
    const { req, res } = await offered;
    const dialog = await application.srf.createUAS(req, res, { headers: { Expires: expires } } as never);
    return { dialog, ok: await peer.raw.receive(/^SIP\/2\.0 20\d/) };
  };

  it("ends with the answer to the application's last NOTIFY", async () => {
    const { dialog } = await accept("notifier");
    expect((await application.engine.load()).dialogs).toBe(1);
    void dialog.request({ method: "NOTIFY", headers: { Event: "presence", "Subscription-State": "active" } } as never);
    peer.answer(await peer.raw.receive(/^NOTIFY /), "200 OK");
    await expect.poll(async () => (await application.engine.load()).dialogs).toBe(1);
    dialog.destroy();
    const last = await peer.raw.receive(/^NOTIFY /);
    expect(headerOf(last, "Subscription-State")).toBe("terminated");
    peer.answer(last, "200 OK");
    await nothingLeft();
  });

  it("ends where the subscriber does not know it any more", async () => {
    const { dialog } = await accept("unknown");
    void dialog.request({ method: "NOTIFY", headers: { Event: "presence", "Subscription-State": "active" } } as never);
    peer.answer(await peer.raw.receive(/^NOTIFY /), "481 Subscription Does Not Exist");
    await nothingLeft();
  });

  it("is released when its time is over and nobody has said a word", async () => {
    await accept("forgotten", "30");
    expect((await application.engine.load()).dialogs).toBe(1);
    await nothingLeft();
  });

  it("of ours ends with the peer's last NOTIFY, or when its time is over", async () => {
    const subscribe = async (): Promise<{ sent: string; dialog: Srf.Dialog }> => {
      const placed = application.srf.createUAC(`sip:callee@${peer.raw.hostPort}`, {
        method: "SUBSCRIBE",
        headers: { Event: "presence", Expires: "3600" },
      } as never);
      const sent = await peer.raw.receive(/^SUBSCRIBE /);
      peer.answer(sent, "200 OK", ["Expires: 30"]);
      return { sent, dialog: await placed };
    };
    const first = await subscribe();
    const notify = ["Event: presence", "Subscription-State: terminated;reason=noresource"];
    peer.raw.send([
      `NOTIFY sip:callee@${at()} SIP/2.0`,
      `Via: SIP/2.0/UDP ${peer.raw.hostPort};branch=z9hG4bK-notify`,
      `From: ${headerOf(first.sent, "To")};tag=peer`,
      `To: ${headerOf(first.sent, "From")}`,
      `Call-ID: ${headerOf(first.sent, "Call-ID")}`,
      "CSeq: 1 NOTIFY",
      "Max-Forwards: 70",
      ...notify,
    ]);
    await peer.raw.receive(/^SIP\/2\.0 200[\s\S]*NOTIFY/);
    await nothingLeft();
    await subscribe();
    expect((await application.engine.load()).dialogs).toBe(1);
    await nothingLeft();
  });
});

describe("a peer behind NAT", () => {
  it("is reached where its packets come from; with detection off, where its Contact says", async () => {
    const elsewhere = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(application.engine, "udp") });
    const contact = [`Contact: <sip:peer@${elsewhere.hostPort}>`];
    const usual = await peer.isCalled({ contact });
    usual.dialog.destroy();
    peer.answer(await peer.raw.receive(/^BYE /), "200 OK");
    await nothingLeft();
    peer.raw.close();
    await application.close();
    await open({ natDetection: "off" });
    const off = await peer.isCalled({ contact, ackAt: elsewhere });
    off.dialog.destroy();
    expect(await elsewhere.receive(/^BYE /)).toContain("BYE sip:peer@");
    elsewhere.close();
  });
});
