/** Session timers over real sockets, with an application of drachtio-srf: a second of a session lasts ten milliseconds here. */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CallingPeer } from "../testing/calling-peer.ts";
import { connectApplication, type ConnectedApplication } from "../testing/connected-application.ts";
import { headerOf } from "../testing/raw-peer.ts";
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
const reopen = async (dialogs: object): Promise<void> => {
  peer.raw.close();
  await application.close();
  await open(dialogs);
};

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 6_000 });

const ended = (dialog: Srf.Dialog): Promise<string> =>
  new Promise((resolve) => dialog.on("destroy", (_msg: unknown, reason?: string) => resolve(reason ?? "")));

/** The engine's BYE, with what the application hears of it. */
async function expires(reason: Promise<string>): Promise<void> {
  const bye = await peer.raw.receive(/^BYE /);
  expect(headerOf(bye, "Reason")).toBe('SIP;cause=200;text="Session timer expired"');
  peer.answer(bye, "200 OK");
  expect(await reason).toBe("Session timer expired");
  await nothingLeft();
}

async function hangUp(dialog: Srf.Dialog): Promise<void> {
  dialog.destroy();
  peer.answer(await peer.raw.receive(/^BYE /), "200 OK");
  await nothingLeft();
}

const timer = "Supported: timer";

describe("a call that came in", () => {
  it("gets the caller's timer with the refresher that it names, and ends when the caller falls silent", async () => {
    const { dialog, ok } = await peer.callsIn({ callId: "uac", more: [timer, "Session-Expires: 90;refresher=uac"] });
    expect(headerOf(ok, "Session-Expires")).toBe("90;refresher=uac");
    expect(headerOf(ok, "Require")).toBe("timer");
    expect(headerOf(ok, "Supported")).toBe("timer");
    await expires(ended(dialog));
  });

  it("has no timer where the caller names no refresher, unless the engine has one of its own", async () => {
    const asks = [timer, "Session-Expires: 90"];
    const first = await peer.callsIn({ callId: "open", more: asks });
    expect(headerOf(first.ok, "Session-Expires")).toBe("");
    await hangUp(first.dialog);
    await reopen({ sessionRefresher: "uas" });
    const second = await peer.callsIn({ callId: "open-uas", more: asks });
    expect(headerOf(second.ok, "Session-Expires")).toBe("90;refresher=uas");
    await hangUp(second.dialog);
  });

  it("gets the application's timer, never shorter than 90 s", async () => {
    const headers = { "Session-Expires": "30;refresher=uas" };
    const { dialog, ok } = await peer.callsIn({ callId: "app", more: [timer], headers });
    expect(headerOf(ok, "Session-Expires")).toBe("90;refresher=uas");
    const refresh = await peer.raw.receive(/^INVITE /);
    expect(headerOf(refresh, "Session-Expires")).toBe("90;refresher=uac");
    expect(headerOf(refresh, "Min-SE")).toBe("90");
    expect(headerOf(refresh, "Supported")).toBe("timer");
    peer.answer(refresh, "200 OK", ["Session-Expires: 90;refresher=uac"]);
    const ack = await peer.raw.receive(/^ACK /);
    expect(headerOf(ack, "CSeq")).toBe(headerOf(refresh, "CSeq").replace("INVITE", "ACK"));
    await hangUp(dialog);
  });

  it("with an interval below 90 s is refused with 422, unseen by the application; so is a refresh in a call", async () => {
    const { dialog, ok } = await peer.callsIn({ callId: "short", more: [timer, "Session-Expires: 90;refresher=uac"] });
    let offers = 0;
    application.srf.invite(() => (offers += 1));
    dialog.on("modify", () => (offers += 1));
    for (const [method, cseq] of [
      ["INVITE", 2],
      ["UPDATE", 3],
    ] as const) {
      peer.ask(ok, method, { cseq, more: [timer, "Session-Expires: 60"] });
      const refused = await peer.raw.receive(/^SIP\/2\.0 422/);
      expect(headerOf(refused, "Min-SE")).toBe("90");
      if (method === "INVITE") peer.ask(ok, "ACK", { cseq, branch: `INVITE${cseq}` });
    }
    expect(offers).toBe(0);
    await hangUp(dialog);
  });

  it("that requires timer is taken", async () => {
    const { dialog, ok } = await peer.callsIn({ callId: "required", more: ["Require: timer", "Session-Expires: 120"] });
    expect(headerOf(ok, "Session-Expires")).toBe("120;refresher=uac");
    await hangUp(dialog);
  });
});

describe("a call that was placed", () => {
  it("is refreshed by the engine where the 200 says uac or nothing, with UPDATE where the callee knows it", async () => {
    const { dialog } = await peer.isCalled({ more: ["Allow: INVITE, ACK, BYE, UPDATE", "Session-Expires: 90"] });
    let told = 0;
    dialog.on("modify", () => (told += 1));
    for (let round = 0; round < 3; round += 1) {
      const refresh = await peer.raw.receive(/^UPDATE /);
      expect(headerOf(refresh, "Session-Expires")).toBe("90;refresher=uac");
      expect(refresh).toContain("Content-Length: 0");
      peer.answer(refresh, "200 OK", ["Session-Expires: 90;refresher=uac"]);
    }
    expect(told).toBe(0);
    await hangUp(dialog);
  });

  it("goes on with re-INVITE where UPDATE is not known after all, with the same session description", async () => {
    const { dialog, ok } = await peer.isCalled({ more: ["Allow: UPDATE", "Session-Expires: 90;refresher=uac"] });
    peer.answer(await peer.raw.receive(/^UPDATE /), "501 Not Implemented");
    const refresh = await peer.raw.receive(/^INVITE /);
    expect(refresh.split("\r\n\r\n")[1]).toBe(ok.split("\r\n\r\n")[1]);
    peer.answer(refresh, "200 OK", ["Session-Expires: 90;refresher=uac"]);
    await peer.raw.receive(/^ACK /);
    await hangUp(dialog);
  });

  it("ends when the callee refreshes and does not", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90;refresher=uas"] });
    await expires(ended(dialog));
  });

  it.each(["408 Request Timeout", "481 Call/Transaction Does Not Exist", "403 Forbidden"])(
    "ends when the refresh is answered %s",
    async (status) => {
      const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90"] });
      const reason = ended(dialog);
      peer.answer(await peer.raw.receive(/^INVITE /), status);
      await expires(reason);
    },
  );

  it("ends when the callee does not answer the refresh any more", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90"] });
    await expires(ended(dialog));
  });

  it("goes on after 491, and with a larger interval after 422", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90"] });
    peer.answer(await peer.raw.receive(/^INVITE /), "491 Request Pending");
    await peer.raw.receive(/^ACK /);
    peer.answer(await peer.raw.receive(/^INVITE /), "422 Session Interval Too Small", ["Min-SE: 200"]);
    await peer.raw.receive(/^ACK /);
    const refresh = await peer.raw.receive(/^INVITE /);
    expect(headerOf(refresh, "Session-Expires")).toBe("200;refresher=uac");
    peer.answer(refresh, "200 OK", ["Session-Expires: 200;refresher=uac"]);
    await peer.raw.receive(/^ACK /);
    await hangUp(dialog);
  });

  it("hears the 422 that its own INVITE got", async () => {
    const placed = application.srf.createUAC(`sip:callee@${peer.raw.hostPort}`, {
      headers: { "Session-Expires": "120", Supported: "timer" },
    });
    const refused = expect(placed).rejects.toMatchObject({ status: 422 });
    peer.answer(await peer.raw.receive(/^INVITE /), "422 Session Interval Too Small", ["Min-SE: 300"]);
    await refused;
    await peer.raw.receive(/^ACK /);
    await nothingLeft();
  });
});

describe("refreshes of the peer", () => {
  it("restart the timer; the application's 200 gets what holds, and the call ends when they stop", async () => {
    const { dialog, ok } = await peer.callsIn({ callId: "peers", more: [timer, "Session-Expires: 90;refresher=uac"] });
    const reason = ended(dialog);
    // Another call's refreshes beat the time: one every 45 s, and this call would be over after 60.
    const metronome = await peer.isCalled({ more: ["Allow: UPDATE", "Session-Expires: 90"] });
    let cseq = 2;
    for (const method of ["INVITE", "UPDATE", "INVITE"]) {
      peer.answer(await peer.raw.receive(/^UPDATE /), "200 OK", ["Session-Expires: 90;refresher=uac"]);
      peer.ask(ok, method, { cseq, more: [timer, "Session-Expires: 90;refresher=uac"] });
      const answer = await peer.raw.receive(new RegExp(`^SIP/2\\.0 200[\\s\\S]*CSeq: ${cseq} ${method}`));
      expect(headerOf(answer, "Session-Expires")).toBe("90;refresher=uac");
      if (method === "INVITE") peer.ask(ok, "ACK", { cseq, branch: `ack${cseq}` });
      cseq += 1;
    }
    metronome.dialog.destroy();
    peer.answer(await peer.raw.receive(/^BYE /), "200 OK");
    await expires(reason);
  });
});

describe("glare", () => {
  it("a re-INVITE of the application waits for the refresh, and then gets its own answer", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90"] });
    const refresh = await peer.raw.receive(/^INVITE /);
    const modified = dialog.modify("v=0\r\nchanged");
    peer.answer(refresh, "200 OK", ["Session-Expires: 90;refresher=uac"]);
    await peer.raw.receive(/^ACK /);
    const own = await peer.raw.receive(/^INVITE [\s\S]*changed/);
    expect(Number.parseInt(headerOf(own, "CSeq"), 10)).toBe(Number.parseInt(headerOf(refresh, "CSeq"), 10) + 1);
    expect(headerOf(own, "Session-Expires")).toBe("90;refresher=uac");
    peer.answer(own, "200 OK", ["Session-Expires: 90;refresher=uac"]);
    await modified;
    await peer.raw.receive(/^ACK /);
    // The next refresh carries what the application has changed to.
    expect(await peer.raw.receive(/^INVITE /)).toContain("changed");
    await hangUp(dialog);
  });

  it("no refresh goes out while a re-INVITE of the application waits; its 200 is one", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 200"] });
    const modified = dialog.modify("v=0\r\nchanged");
    const own = await peer.raw.receive(/^INVITE /);
    peer.answer(own, "100 Trying");
    // A call that began later is due: this one has been due before it, even where jitter made the other early.
    const later = await peer.isCalled({ more: ["Allow: UPDATE", "Session-Expires: 240"] });
    await peer.raw.receive(/^UPDATE /);
    expect(peer.raw.unread(/^INVITE /).filter((text) => headerOf(text, "CSeq") !== headerOf(own, "CSeq"))).toEqual([]);
    peer.answer(own, "200 OK", ["Session-Expires: 90;refresher=uac"]);
    await modified;
    await peer.raw.receive(/^ACK /);
    peer.raw.forget();
    const refresh = await peer.raw.receive(/^INVITE /);
    expect(headerOf(refresh, "CSeq")).not.toBe(headerOf(own, "CSeq"));
    later.dialog.destroy();
    peer.answer(await peer.raw.receive(/^BYE /), "200 OK");
    await hangUp(dialog);
  });

  it("a re-INVITE of the peer that meets the refresh is answered 491, and both go through later", async () => {
    const { dialog, ok } = await peer.isCalled({ more: ["Session-Expires: 90"] });
    const refresh = await peer.raw.receive(/^INVITE /);
    peer.ask(ok, "INVITE", { cseq: 7 });
    await peer.raw.receive(/^SIP\/2\.0 491/);
    peer.ask(ok, "ACK", { cseq: 7, branch: "INVITE7" });
    peer.answer(refresh, "491 Request Pending");
    peer.ask(ok, "INVITE", { cseq: 8 });
    const answered = await peer.raw.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 8 INVITE/);
    expect(headerOf(answered, "Session-Expires")).toBe("90;refresher=uas");
    peer.ask(ok, "ACK", { cseq: 8, branch: "ack8" });
    const later = await peer.raw.receive(new RegExp(`^INVITE [\\s\\S]*CSeq: (?!${headerOf(refresh, "CSeq")})`));
    peer.answer(later, "200 OK");
    await peer.raw.receive(/^ACK [\s\S]*Call-ID/);
    await hangUp(dialog);
  });

  it("a BYE of the application ends a call in the middle of a refresh, also where the 200 crosses it", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90"] });
    const refresh = await peer.raw.receive(/^INVITE /);
    peer.answer(refresh, "100 Trying");
    await expect.poll(async () => (await application.engine.load()).transactions).toBeGreaterThan(0);
    dialog.destroy();
    const bye = await peer.raw.receive(/^BYE /);
    peer.answer(refresh, "200 OK");
    await peer.raw.receive(/^ACK /);
    peer.answer(bye, "200 OK");
    await nothingLeft();
  });

  it("a 200 to the refresh that comes again is acknowledged again", async () => {
    const { dialog } = await peer.isCalled({ more: ["Session-Expires: 90"] });
    const refresh = await peer.raw.receive(/^INVITE /);
    for (let time = 0; time < 3; time += 1) {
      peer.answer(refresh, "200 OK");
      const ack = await peer.raw.receive(/^ACK /);
      expect(Number.parseInt(headerOf(ack, "CSeq"), 10)).toBe(Number.parseInt(headerOf(refresh, "CSeq"), 10));
    }
    await hangUp(dialog);
  });
});

describe("a timer in every call", () => {
  it("is asked for in both roles, and held up alone where the peer knows nothing of it", async () => {
    await reopen({ sessionExpiresSeconds: 90 });
    const placed = await peer.isCalled({});
    expect(headerOf(placed.ok, "Session-Expires")).toBe("90");
    expect(headerOf(placed.ok, "Supported")).toBe("timer");
    peer.answer(await peer.raw.receive(/^INVITE /), "200 OK");
    await peer.raw.receive(/^ACK /);
    await expires(ended(placed.dialog));
    peer.raw.forget();
    const taken = await peer.callsIn({ callId: "unaware" });
    expect(headerOf(taken.ok, "Session-Expires")).toBe("90;refresher=uas");
    expect(headerOf(taken.ok, "Require")).toBe("");
    peer.answer(await peer.raw.receive(/^INVITE /), "200 OK");
    await peer.raw.receive(/^ACK /);
    await expires(ended(taken.dialog));
  });
});
