/** Peak sharing between offices: callers offered to another office, and callers of another office taken here. */
import { afterEach, describe, expect, test } from "vitest";
import { anna, bruno, officeSettings, OfficeScene } from "../../testing/office-scene.ts";
import type { IncomingInvite } from "./ports.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { OfficeSettings } from "./office-settings.ts";

let scene: OfficeScene;
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

const member = (officeId: string, address: string, sharing?: { capacity: number; topics?: string[] }) => ({
  officeId,
  label: officeId,
  status: "active" as const,
  sip: { uri: `sip:${address}:5060`, addresses: [address] },
  sharing,
});
const urp = { queueId: "urp", label: "URP", ringTimeoutSeconds: 20, maxWaitSeconds: 600, wrapUpSeconds: 0 };
const network = (own: { capacity: number } | undefined): OfficeSettings["network"] => ({
  offices: [
    member("x_test1", "192.0.2.7", own),
    member("x_test2", "192.0.2.2", { capacity: 1 }),
    member("x_test4", "192.0.2.4", { capacity: 1 }),
    member("x_test5", "192.0.2.5"),
  ],
  transferTimeoutSeconds: 30,
});

async function pass(ms: number): Promise<void> {
  scene.clock.move(ms);
  await scene.settle();
}

describe("a line that is too long", () => {
  const open = async (change: Partial<OfficeSettings["queues"][number]["sharing"] & object> = {}): Promise<void> => {
    const sharing = { whenWaiting: 1, answerSeconds: 15, ...change };
    scene = await OfficeScene.open(officeSettings({ queues: [{ ...urp, sharing }], network: network(undefined) }));
  };
  const offers = (): string[] => scene.sip.placed.map(({ to }) => to.uri);

  test("whoever waits longest is offered; he stays in the line, hears music, and is taken by whoever is first", async () => {
    await open();
    for (let caller = 0; caller < 2; caller += 1) await scene.call();
    await pass(2_000);
    expect(offers()).toEqual(["sip:urp@192.0.2.2:5060"]);
    expect(scene.sip.placed[0]).toMatchObject({
      to: { handover: { mode: "overflow", topic: null, reason: "overflow", waitedSeconds: 2 } },
    });
    scene.signIn(anna);
    await scene.settle();
    expect(scene.sip.done).toContain(`end-leg ${scene.sip.legTo("192.0.2.2")} cancelled`);
    await scene.answer("anna");
    expect(scene.events.at(-1)).toMatchObject({ type: "call-answered", operatorId: anna });
  });

  test("taken there, the citizen talks with the other office; the record says so; nobody here has a card", async () => {
    await open();
    await scene.call();
    await scene.call();
    await pass(2_000);
    await scene.answer("192.0.2.2");
    expect(scene.events.at(-1)).toMatchObject({ type: "call-overflowed", toOfficeId: "x_test2", tariff: "on-net" });
    const [record] = await scene.box.queries.records({ limit: 1 });
    expect(record?.transfers).toEqual([expect.objectContaining({ outcome: "transferred", requestedBy: null })]);
    await pass(60_000);
    expect(offers()).toHaveLength(1);
  });

  test("full there: the next office is asked, and the first one is left alone for a while", async () => {
    await open({ whenWaiting: 0 });
    await scene.call();
    await pass(2_000);
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("192.0.2.2"), status: 486, q850: 17 });
    await scene.settle();
    expect(scene.events.at(-1)).toMatchObject({ type: "call-overflow-failed", cause: "busy" });
    await pass(2_000);
    expect(offers()).toEqual(["sip:urp@192.0.2.2:5060", "sip:urp@192.0.2.4:5060"]);
    await scene.call();
    await pass(8_000);
    expect(offers()).toHaveLength(2);
    await pass(6_000);
    expect(offers().at(-1)).toBe("sip:urp@192.0.2.2:5060");
  });

  test("rung out there, the caller is at his old place and stays", async () => {
    await open({ whenWaiting: 0 });
    await scene.call();
    await pass(2_000);
    const offer = scene.sip.legTo("192.0.2.2");
    scene.sip.hear({ type: "leg-progressed", legId: offer });
    await pass(15_000);
    expect(scene.sip.done).toContain(`end-leg ${offer} no-answer`);
    await pass(60_000);
    expect(offers()).toHaveLength(1);
    await scene.call();
    scene.signIn(anna);
    await scene.settle();
    expect(scene.events.at(-1)).toMatchObject({ type: "call-ringing", call: { callId: scene.events[0]?.call.callId } });
  });

  test("a wait that is too long is a peak, too", async () => {
    await open({ whenWaiting: undefined, whenWaitSeconds: 60 });
    await scene.call();
    await pass(58_000);
    expect(offers()).toEqual([]);
    await pass(2_000);
    expect(offers()).toHaveLength(1);
  });

  test("never more than the others have declared", async () => {
    await open({ whenWaiting: 0 });
    for (let caller = 0; caller < 4; caller += 1) await scene.call();
    await pass(10_000);
    expect(offers()).toEqual(["sip:urp@192.0.2.2:5060", "sip:urp@192.0.2.4:5060"]);
  });
});

describe("a caller of another office", () => {
  const open = async (own: { capacity: number } | undefined): Promise<void> => {
    const queues = [urp, { ...urp, queueId: "casa", label: "Casa" }];
    const settings = officeSettings({ queues, network: network(own), sharing: { topicQueues: { casa: "casa" } } });
    const operators = settings.operators.map((one) => ({ ...one, queues: one.login === "bruno" ? ["casa"] : ["urp"] }));
    scene = await OfficeScene.open({ ...settings, operators });
    scene.signIn(anna);
    scene.signIn(bruno);
  };
  const shared = (change: Partial<IncomingInvite> = {}): IncomingInvite =>
    scene.invite({
      source: { kind: "member", officeId: "x_test2" },
      requestedUser: "urp",
      transferHeader: "reason=overflow;waited=90;mode=overflow",
      ...change,
    });
  const come = async (change: Partial<IncomingInvite> = {}): Promise<{ legId: LegId; verdict: object }> => {
    const invite = shared(change);
    const verdict = scene.sip.invite(invite);
    await scene.settle();
    return { legId: invite.legId, verdict };
  };

  test("rings with where it comes from", async () => {
    await open({ capacity: 1 });
    await come();
    expect(scene.box.queries.callsOf(anna)[0]?.call.transferredFrom).toMatchObject({
      officeId: "x_test2",
      isOverflow: true,
      waitedSeconds: 90,
      reason: "overflow",
    });
  });

  test("goes to the queue of the subject", async () => {
    await open({ capacity: 1 });
    await come({ transferHeader: "reason=overflow;waited=90;mode=overflow;topic=casa" });
    expect(scene.box.queries.callsOf(bruno)).toHaveLength(1);
  });

  test("one more than declared is refused as busy; there is room again when one has gone", async () => {
    await open({ capacity: 1 });
    const { legId } = await come();
    expect((await come()).verdict).toMatchObject({ kind: "refused", status: 486 });
    scene.sip.hear({ type: "leg-cancelled", legId });
    await scene.settle();
    expect((await come()).verdict).toMatchObject({ kind: "accepted" });
  });

  test("nobody free: refused at once, so that the caller there loses no time", async () => {
    await open({ capacity: 2 });
    await come();
    const { legId } = await come();
    expect(scene.sip.done.at(-1)).toBe(`reject-leg ${legId} 480`);
  });

  test("refused by an office that declares nothing, and where the contact is already", async () => {
    await open(undefined);
    expect((await come()).verdict).toMatchObject({ kind: "refused", status: 403 });
    await scene.box.close();
    await open({ capacity: 5 });
    const sessionId = "c".repeat(32);
    await come({ sessionId });
    expect((await come({ sessionId })).verdict).toMatchObject({ kind: "refused", status: 482 });
  });
});
