import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../testing/office-scene.ts";

let scene: OfficeScene;
beforeEach(async () => {
  scene = await OfficeScene.open();
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

describe("a citizen's call", () => {
  test("is answered with music and rings the operator at once", async () => {
    scene.signIn(anna);
    const caller = await scene.call();
    expect(scene.sip.done.toSorted()).toEqual([
      `answer-leg ${caller} answer to caller's offer`,
      "place-leg sip:anna@session.invalid",
    ]);
    expect([...scene.media.music]).toEqual([caller]);
    expect(scene.eventTypes()).toEqual(["call-offered", "call-queued", "call-ringing"]);
    expect(scene.box.desk.presenceOf(anna)).toBe("ringing");
  });

  test("joins citizen and operator, and leaves nothing behind when the citizen hangs up", async () => {
    scene.signIn(anna);
    const caller = await scene.call();
    const operator = await scene.answer("anna");
    expect([...scene.media.pairs]).toEqual([`${caller}+${operator}`]);
    expect(scene.box.desk.presenceOf(anna)).toBe("on-call");
    scene.clock.move(5000);
    scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe(`end-leg ${operator} caller-gone`);
    expect(scene.sip.openLegs()).toEqual([]);
    expect(scene.media.sessions.size + scene.media.pairs.size + scene.media.music.size).toBe(0);
    expect(scene.clock.timers()).toBe(0);
    expect(scene.box.health()).toEqual({ callsInProgress: 0, callsWithLeftovers: 0, journal: { ok: true } });
    expect(await scene.box.queries.records({ limit: 1 })).toMatchObject([
      { endCause: "caller-hung-up", operatorIds: ["anna"], legs: [{ talkSeconds: 5 }, { talkSeconds: 5 }] },
    ]);
  });

  test("waits with music when nobody is free and is served when somebody comes", async () => {
    await scene.call();
    expect(scene.eventTypes()).toEqual(["call-offered", "call-queued"]);
    scene.signIn(bruno);
    await scene.settle();
    expect(scene.eventTypes().at(-1)).toBe("call-ringing");
  });

  test("the longest-waiting caller is served first", async () => {
    await scene.call({ from: { user: "+393330000001", displayName: null } });
    scene.clock.move(1000);
    await scene.call({ from: { user: "+393330000002", displayName: null } });
    scene.signIn(anna);
    await scene.settle();
    expect(scene.sip.placed.map((order) => order.caller.user)).toEqual(["+393330000001"]);
  });

  test("the operator who has been idle longest is rung", async () => {
    scene.signIn(anna);
    scene.signIn(bruno);
    const first = await scene.call();
    await scene.answer("anna");
    scene.clock.move(1000);
    scene.sip.hear({ type: "leg-ended", legId: first, how: "bye" });
    await scene.settle();
    await scene.call();
    expect(scene.sip.placed.at(-1)?.to.uri).toContain("bruno");
  });

  test("rings the next operator when one declines, and the first again after a pause when alone", async () => {
    scene.signIn(anna);
    scene.signIn(bruno);
    await scene.call();
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("anna"), status: 603, q850: null });
    await scene.settle();
    expect(scene.sip.placed.at(-1)?.to.uri).toContain("bruno");
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("bruno"), status: 603, q850: null });
    await scene.settle();
    expect(scene.sip.placed).toHaveLength(2);
    scene.clock.move(5000);
    await scene.settle();
    expect(scene.sip.placed.at(-1)?.to.uri).toContain("anna");
  });

  test("rings the next operator at once when the browser is closed mid-ring", async () => {
    scene.signIn(anna);
    scene.signIn(bruno);
    await scene.call();
    const ringing = scene.sip.legTo("anna");
    scene.box.desk.pageLeft(anna, "page-anna");
    await scene.settle();
    expect(scene.sip.done).toContain(`end-leg ${ringing} failure`);
    expect(scene.sip.placed.at(-1)?.to.uri).toContain("bruno");
    expect(scene.events.find((event) => event.type === "call-ring-ended")).toMatchObject({ outcome: "unreachable" });
  });

  test("does not ring a page whose own code stopped answering", async () => {
    scene.signIn(anna);
    scene.box.desk.pageReachable(anna, "page-anna", false);
    await scene.call();
    expect(scene.box.desk.presenceOf(anna)).toBe("unreachable");
    expect(scene.sip.placed).toEqual([]);
  });

  test("an operator who is away is not rung", async () => {
    scene.signIn(anna);
    scene.box.desk.setAvailability(anna, "away");
    await scene.call();
    expect(scene.sip.placed).toEqual([]);
  });

  test("after the ring time the next operator rings", async () => {
    scene.signIn(anna);
    scene.signIn(bruno);
    await scene.call();
    scene.clock.move(20_000);
    await scene.settle();
    expect(scene.sip.placed.at(-1)?.to.uri).toContain("bruno");
  });

  test("is let go after the longest wait", async () => {
    const caller = await scene.call();
    scene.clock.move(600_000);
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe(`end-leg ${caller} no-operator`);
    expect((await scene.box.queries.records({ limit: 1 }))[0]?.endCause).toBe("no-operator");
  });

  test("a media fault of the operator's device gives the ring to nobody and keeps the citizen", async () => {
    scene.signIn(anna);
    scene.media.broken.add("createOffer");
    await scene.call();
    expect(scene.eventTypes()).toEqual(["call-offered", "call-queued", "call-ringing", "call-ring-ended"]);
    expect(scene.sip.openLegs()).toHaveLength(1);
  });
});

describe("refusals", () => {
  test("an unknown number is refused with 404 and a log line", () => {
    const verdict = scene.sip.invite(scene.invite({ requestedUser: "+390600000000" }));
    expect(verdict).toMatchObject({ kind: "refused", status: 404 });
    expect(scene.log.messages("warn")).toEqual(["call refused"]);
  });

  test("a stranger's call is refused with 403 and a log line", () => {
    const verdict = scene.sip.invite(scene.invite({ source: { kind: "unknown" } }));
    expect(verdict).toMatchObject({ kind: "refused", status: 403 });
    expect(scene.log.messages("warn")).toEqual(["call refused"]);
  });

  test("a carrier's User-to-User and private headers are ignored with a log line", async () => {
    await scene.call({
      userToUser: ["74757061313b743d30314b41515a384d34543958325637433542334e3650315230533b;purpose=it-tupa"],
      transferHeader: "reason=competence;waited=9",
    });
    expect(scene.events[0]?.call).toMatchObject({ ticket: null, transferredFrom: null });
    expect(scene.log.lines[0]).toMatchObject({ fields: { headers: ["User-to-User", "X-LA2-Transfer"] } });
  });

  test("a withheld number stays withheld", async () => {
    await scene.call({ isPrivate: true, asserted: { user: "+393331234567", displayName: null } });
    expect(scene.events[0]?.call.caller).toEqual({ number: null, displayName: null, isWithheld: true });
  });
});

describe("digits", () => {
  test("sent as INFO go to the counterpart and into no journal", async () => {
    scene.signIn(anna);
    const caller = await scene.call();
    const operator = await scene.answer("anna");
    scene.sip.hear({ type: "leg-digit", legId: caller, digit: "7", durationMs: 100 });
    await scene.settle();
    expect(scene.media.digits).toEqual([`7 to ${operator}`]);
    expect(JSON.stringify(await scene.store.eventsAfter(0, 100))).not.toContain("leg-digit");
  });

  test("travel on a carrier's legs as its trunk says, whoever called; phones have events", async () => {
    const outbound = { uri: "sip:tim.example", callerId: { number: "+390668888888" } };
    const trunks = [{ trunkId: "tim", addresses: ["192.0.2.1"], dtmf: "info", outbound } as const];
    await scene.box.close();
    scene = await OfficeScene.open(officeSettings({ trunks }));
    scene.signIn(anna);
    const caller = await scene.call({ source: { kind: "trunk", trunkId: "tim" } });
    await scene.answer("anna");
    expect([...scene.media.keyModes]).toEqual([[caller, "info"]]);
    scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
    await scene.settle();
    const order = { callId: scene.ids.callId(), number: "3331234567", ticketId: null };
    expect(await scene.box.commands.dial(anna, order)).toEqual({ ok: true });
    await scene.settle();
    await scene.answer("anna");
    expect(scene.media.keyModes.get(scene.sip.legTo("tim.example"))).toBe("info");
    expect(scene.media.keyModes.size).toBe(2);
  });
});

describe("colleagues", () => {
  test("an operator's phone can call a colleague; a number that the role may not call is refused", async () => {
    scene.signIn(bruno);
    const source = { kind: "operator", operatorId: anna } as const;
    const caller = await scene.call({ source, requestedUser: "202" });
    expect(scene.sip.placed.at(-1)?.to.uri).toContain("bruno");
    await scene.answer("bruno");
    expect(scene.sip.done.join()).toContain(`answer-leg ${caller}`);
    expect(scene.sip.invite(scene.invite({ source, requestedUser: "899123456" }))).toMatchObject({ status: 403 });
    expect(scene.sip.invite(scene.invite({ source, requestedUser: "999" }))).toMatchObject({ status: 404 });
  });
});
