import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import type { TransferId } from "../domain/call/ids.ts";
import type { TransferOrder } from "./use-cases.ts";

let scene: OfficeScene;
beforeEach(async () => {
  scene = await OfficeScene.open();
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

const toOffice = (change: Partial<TransferOrder> = {}): TransferOrder => ({
  transferId: "01KAQZ000000000000000000X1" as TransferId,
  target: { kind: "office", officeId: "x_test2" },
  ticketId: "01KAQZ000000000000000000T1",
  reason: "competence",
  message: "note",
  ...change,
});

const memberInvite = { source: { kind: "member", officeId: "x_test2" }, requestedUser: "urp" } as const;

describe("transfer to another office", () => {
  const talking = async () => {
    scene.signIn(anna);
    const caller = await scene.call();
    const operator = await scene.answer("anna");
    return { caller, operator, callId: scene.lastCallId() };
  };

  test("carries ticket, reason and waiting time, and joins the citizen with the office", async () => {
    const { caller, operator, callId } = await talking();
    scene.clock.move(10_000);
    expect(await scene.box.commands.requestTransfer(callId, anna, toOffice())).toEqual({ ok: true });
    await scene.settle();
    expect(scene.sip.placed.at(-1)?.to).toEqual({
      kind: "office",
      officeId: "x_test2",
      uri: "sip:urp@192.0.2.2:5060",
      nextHop: null,
      handover: {
        transferId: "01KAQZ000000000000000000X1",
        ticketId: "01KAQZ000000000000000000T1",
        reason: "competence",
        waitedSeconds: 10,
        mode: "blind",
      },
    });
    expect([...scene.media.music]).toEqual([caller]);
    const office = await scene.answer("192.0.2.2");
    expect([...scene.media.pairs]).toEqual([`${caller}+${office}`]);
    expect(scene.sip.done.at(-1)).toBe(`end-leg ${operator} transferred`);
    expect(scene.box.desk.presenceOf(anna)).toBe("available");
    expect(scene.eventTypes().slice(-2)).toEqual(["call-transfer-requested", "call-transferred"]);
    scene.sip.hear({ type: "leg-ended", legId: office, how: "bye" });
    await scene.settle();
    const [record] = await scene.box.queries.records({ limit: 1 });
    expect(record?.legs.map((leg) => [leg.role, leg.tariff])).toEqual([
      ["caller", "pstn"],
      ["operator", "on-net"],
      ["office", "on-net"],
    ]);
  });

  test("a colleague's call stays in the office", async () => {
    scene.signIn(anna);
    scene.signIn(bruno);
    await scene.call({ source: { kind: "operator", operatorId: bruno }, requestedUser: "201" });
    await scene.answer("anna");
    expect(scene.sip.placed.at(-1)?.caller).toEqual({ user: "202", displayName: "bruno", isWithheld: false });
    const refused = await scene.box.commands.requestTransfer(scene.lastCallId(), anna, toOffice({ ticketId: null }));
    expect(refused).toEqual({ ok: false, reason: "target-not-allowed" });
    expect(scene.sip.placed.map(({ to }) => to.kind)).toEqual(["device"]);
  });

  test("comes back with the reason when the office refuses", async () => {
    const { caller, operator, callId } = await talking();
    await scene.box.commands.requestTransfer(callId, anna, toOffice());
    await scene.settle();
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("192.0.2.2"), status: 603, q850: null });
    await scene.settle();
    expect([...scene.media.pairs]).toEqual([`${caller}+${operator}`]);
    expect(scene.events.at(-1)).toMatchObject({ type: "call-returned", operatorId: "anna", cause: "refused" });
  });

  test("asked twice is one transfer; a second one meanwhile is refused", async () => {
    const { callId } = await talking();
    await scene.box.commands.requestTransfer(callId, anna, toOffice());
    expect(await scene.box.commands.requestTransfer(callId, anna, toOffice())).toEqual({ ok: true });
    const other = toOffice({ transferId: "01KAQZ000000000000000000X2" as TransferId });
    expect(await scene.box.commands.requestTransfer(callId, anna, other)).toEqual({
      ok: false,
      reason: "transfer-pending",
    });
    await scene.settle();
    expect(scene.sip.placed.filter((order) => order.to.kind === "office")).toHaveLength(1);
  });

  test.each([
    [{ kind: "office", officeId: "x_nowhere" } as const, "unknown-target"],
    [{ kind: "office", officeId: "x_test3" } as const, "no-on-net-route"],
    [{ kind: "office", officeId: "x_test1" } as const, "target-not-allowed"],
    [{ kind: "operator", operatorId: anna } as const, "target-not-allowed"],
    [{ kind: "operator", operatorId: bruno } as const, "target-unavailable"],
    [{ kind: "office", officeId: "112" } as const, "unknown-target"],
  ])("to %j is refused as %s and the citizen stays", async (target, reason) => {
    const { callId } = await talking();
    expect(await scene.box.commands.requestTransfer(callId, anna, toOffice({ target }))).toEqual({ ok: false, reason });
    expect(scene.box.queries.callsOf(anna)[0]?.myState).toEqual({ kind: "talking" });
  });

  test("a call handed over by another office rings before it is answered and shows its origin", async () => {
    scene.signIn(anna);
    const caller = await scene.call({
      source: { kind: "member", officeId: "x_test2" },
      requestedUser: "urp",
      sessionId: "a".repeat(32),
      userToUser: [
        "74757061313b743d30314b41515a384d34543958325637433542334e3650315230533b783d30314b41515a39463045374833" +
          "4a354b384d32513457365931443b6f3d785f7465737432;encoding=hex;purpose=it-tupa;content=tupa-ref",
      ],
      transferHeader: "reason=competence;waited=123",
    });
    expect(scene.sip.done).toContain(`progress-leg ${caller}`);
    expect(scene.sip.done.join()).not.toContain("answer-leg");
    expect(scene.events.at(-1)?.call).toMatchObject({
      contactId: "a".repeat(32),
      ticket: { ticketId: "01KAQZ8M4T9X2V7C5B3N6P1R0S" },
      transferredFrom: { officeId: "x_test2", officeLabel: "Comune Due", reason: "competence", waitedSeconds: 123 },
    });
    await scene.answer("anna");
    expect(scene.sip.done.join()).toContain(`answer-leg ${caller}`);
  });

  test("a consultation of this office is one until the other says that the citizen is on the line", async () => {
    scene.signIn(anna);
    const caller = await scene.call({
      source: { kind: "member", officeId: "x_test2" },
      requestedUser: "urp",
      transferHeader: "reason=competence;waited=123;mode=attended",
    });
    await scene.answer("anna");
    expect(scene.events.at(-1)?.call.transferredFrom).toMatchObject({ isConsultation: true });
    scene.sip.hear({ type: "leg-handed-over", legId: caller });
    await scene.settle();
    expect(scene.events.at(-1)).toMatchObject({
      type: "call-handed-over",
      operatorId: "anna",
      call: { transferredFrom: { isConsultation: false } },
    });
  });

  test("a citizen who comes round again is announced as such, and the third round is refused", async () => {
    scene.signIn(anna);
    const comesBack = () =>
      scene.call({
        source: { kind: "member", officeId: "x_test2" },
        requestedUser: "urp",
        sessionId: "b".repeat(32),
        transferHeader: "reason=competence;waited=9",
      });
    const visits: unknown[] = [];
    const legs = [];
    for (let round = 0; round < 3; round += 1) {
      legs.push(await comesBack());
      await scene.answer("anna");
      visits.push(scene.events.at(-1)?.call.transferredFrom?.visitsBefore);
      const transferId = `01KAQZ000000000000000000X${round}` as TransferId;
      await scene.box.commands.requestTransfer(scene.lastCallId(), anna, toOffice({ transferId }));
      await scene.settle();
      await scene.answer("192.0.2.2");
    }
    expect(visits).toEqual([0, 1, 2]);
    expect(scene.sip.invite(scene.invite({ ...memberInvite, sessionId: "b".repeat(32) }))).toMatchObject({
      status: 482,
    });
    for (const legId of legs) scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
    await scene.settle();
    expect(scene.sip.invite(scene.invite({ ...memberInvite, sessionId: "b".repeat(32) }))).toEqual({
      kind: "accepted",
    });
  });

  test("a call from another office is turned away at once when nobody is free", async () => {
    const caller = await scene.call({ source: { kind: "member", officeId: "x_test2" }, requestedUser: "urp" });
    expect(scene.sip.done).toEqual([`reject-leg ${caller} 480`]);
  });
});

describe("REFER from an operator's phone", () => {
  test("to an office is a transfer whose progress is told", async () => {
    scene.register(anna, "phone");
    await scene.call();
    const legId = await scene.answer("anna");
    expect(scene.sip.host?.mayRefer(legId, false)).toBe(true);
    scene.sip.hear({ type: "leg-referred", legId, user: "x_test2", host: "uno.example", replaces: null });
    await scene.settle();
    await scene.answer("192.0.2.2");
    expect(scene.sip.done.filter((line) => line.startsWith("notify"))).toEqual([
      `notify-referrer ${legId} 100`,
      `notify-referrer ${legId} 200`,
    ]);
  });

  test("to a telephone number is refused and the citizen stays", async () => {
    scene.register(anna, "phone");
    await scene.call();
    const legId = await scene.answer("anna");
    scene.sip.hear({ type: "leg-referred", legId, user: "+39899123456", host: "uno.example", replaces: null });
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe(`notify-referrer ${legId} 403`);
    expect(scene.box.queries.callsOf(anna)[0]?.myState).toEqual({ kind: "talking" });
  });

  test("from the caller's leg is not allowed", async () => {
    scene.register(anna, "phone");
    const caller = await scene.call();
    await scene.answer("anna");
    expect(scene.sip.host?.mayRefer(caller, true)).toBe(false);
  });
});

describe("the network's proxy", () => {
  test("is the next hop, with the office's name in the request", async () => {
    await scene.box.close();
    const settings = officeSettings();
    const proxy = { uri: "sip:192.0.2.9:5060", addresses: ["192.0.2.9"], domain: "net.example" };
    scene = await OfficeScene.open({ ...settings, network: { ...settings.network, proxy } });
    scene.signIn(anna);
    await scene.call();
    await scene.answer("anna");
    await scene.box.commands.requestTransfer(scene.lastCallId(), anna, toOffice());
    await scene.settle();
    expect(scene.sip.placed.at(-1)?.to).toMatchObject({ uri: "sip:urp@x-test2.net.example", nextHop: proxy.uri });
  });
});
