/** Several queues of an office: hours, limits, overflow, keys, turns. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, bruno, officeSettings, OfficeScene } from "../../testing/office-scene.ts";
import type { OfficeSettings } from "./office-settings.ts";

let scene: OfficeScene;
beforeEach(async () => {
  scene = await OfficeScene.open();
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

describe("queues", () => {
  const queue = { queueId: "urp", label: "URP", ringTimeoutSeconds: 20, maxWaitSeconds: 600, wrapUpSeconds: 0 };
  const back = { ...queue, queueId: "back", label: "Back office" };
  const open = async (queues: OfficeSettings["queues"], office: object = {}): Promise<void> => {
    await scene.box.close();
    const settings = officeSettings();
    const operators = settings.operators.map((one) => ({ ...one, queues: one.login === "bruno" ? ["back"] : ["urp"] }));
    scene = await OfficeScene.open({ ...settings, office: { ...settings.office, ...office }, queues, operators });
  };
  const closed = { timeZone: "Europe/Rome", weekly: {}, holidays: "none", patronDay: null, closures: [] } as const;

  test("out of hours a caller is refused with the reason, recorded, and nobody is rung", async () => {
    await open([queue, back], { hours: closed });
    scene.signIn(anna);
    const caller = await scene.call();
    expect(scene.sip.done).toEqual([`reject-leg ${caller} 480`]);
    expect(scene.eventTypes()).toEqual(["call-offered", "call-ended"]);
    expect((await scene.box.queries.records({ limit: 1 }))[0]).toMatchObject({
      endCause: "out-of-hours",
      queueId: "urp",
    });
  });

  test("out of hours a caller reaches the queue that stands in", async () => {
    await open(
      [
        { ...queue, closedQueueId: "back" },
        { ...back, hours: "always" },
      ],
      { hours: closed },
    );
    scene.signIn(anna);
    scene.signIn(bruno);
    await scene.call();
    expect(scene.sip.placed.map((order) => order.to.uri)).toEqual(["sip:bruno@session.invalid"]);
  });

  test("a full queue refuses as busy, and takes callers again when one has left", async () => {
    await open([{ ...queue, maxLength: 1 }, back]);
    const first = await scene.call();
    const second = await scene.call();
    expect(scene.sip.done.at(-1)).toBe(`reject-leg ${second} 486`);
    expect(scene.events.at(-1)).toMatchObject({ type: "call-ended", endCause: "queue-full" });
    scene.sip.hear({ type: "leg-ended", legId: first, how: "bye" });
    await scene.settle();
    const third = await scene.call();
    expect(scene.sip.done.at(-1)).toContain(`answer-leg ${third}`);
  });

  test("a full queue overflows into another", async () => {
    await open([{ ...queue, maxLength: 1, overflowQueueId: "back" }, back]);
    await scene.call();
    scene.signIn(bruno);
    await scene.call();
    expect(scene.sip.placed.map((order) => order.to.uri)).toEqual(["sip:bruno@session.invalid"]);
  });

  test("who has waited the whole time goes to the overflow queue, waits there, and is let go after its time", async () => {
    await open([
      { ...queue, maxWaitSeconds: 60, overflowQueueId: "back" },
      { ...back, maxWaitSeconds: 30 },
    ]);
    const caller = await scene.call();
    scene.clock.move(60_000);
    await scene.settle();
    expect(scene.events.at(-1)).toMatchObject({ type: "call-queued", call: { queue: { queueId: "back" } } });
    scene.clock.move(29_000);
    await scene.settle();
    expect(scene.sip.openLegs()).toEqual([caller]);
    scene.clock.move(1000);
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe(`end-leg ${caller} no-operator`);
  });

  test("the overflow queue's operator is rung for a caller who moved there", async () => {
    await open([{ ...queue, maxWaitSeconds: 60, overflowQueueId: "back" }, back]);
    scene.signIn(bruno);
    await scene.call();
    expect(scene.sip.placed).toEqual([]);
    scene.clock.move(60_000);
    await scene.settle();
    expect(scene.sip.placed.map((order) => order.to.uri)).toEqual(["sip:bruno@session.invalid"]);
  });

  test("a waiting caller presses a key and goes to that queue, keeping the place by the time of arrival", async () => {
    await open([{ ...queue, keys: { "2": "back" } }, back]);
    const caller = await scene.call();
    scene.sip.hear({ type: "leg-digit", legId: caller, digit: "2", durationMs: 100 });
    await scene.settle();
    expect(scene.events.at(-1)).toMatchObject({ type: "call-queued", call: { queue: { queueId: "back" } } });
    scene.signIn(bruno);
    await scene.settle();
    expect(scene.sip.placed.map((order) => order.to.uri)).toEqual(["sip:bruno@session.invalid"]);
    expect(JSON.stringify(scene.log.lines)).not.toContain("digit");
  });

  test("a key pressed while an operator rings lets that one go; a key in a conversation is the counterpart's", async () => {
    await open([{ ...queue, keys: { "2": "back" } }, back]);
    scene.signIn(anna);
    scene.signIn(bruno);
    const caller = await scene.call();
    scene.box.keyPressed(caller, "2");
    await scene.settle();
    expect(scene.sip.done).toContain(`end-leg ${scene.sip.legTo("anna")} cancelled`);
    expect(scene.box.desk.presenceOf(anna)).toBe("available");
    await scene.answer("bruno");
    const before = scene.events.length;
    scene.box.keyPressed(caller, "2");
    await scene.settle();
    expect(scene.events).toHaveLength(before);
  });

  test("a key without a queue, or of a full or closed one, leaves the caller where he is", async () => {
    await open([
      { ...queue, keys: { "2": "back" } },
      { ...back, hours: closed },
    ]);
    const caller = await scene.call();
    for (const key of ["1", "2", "#"]) scene.box.keyPressed(caller, key);
    await scene.settle();
    expect(scene.eventTypes()).toEqual(["call-offered", "call-queued"]);
  });

  test("a queue that rings all: everybody free is rung, the first answer wins, and the others get the next caller", async () => {
    await scene.box.close();
    scene = await OfficeScene.open(officeSettings({ queues: [{ ...queue, distribution: "ring-all" }] }));
    scene.signIn(anna);
    scene.signIn(bruno);
    await scene.call();
    expect(scene.sip.placed.map((order) => order.to.uri)).toEqual([
      "sip:anna@session.invalid",
      "sip:bruno@session.invalid",
    ]);
    expect([anna, bruno].map((one) => scene.box.desk.presenceOf(one))).toEqual(["ringing", "ringing"]);
    const atAnna = scene.sip.legTo("anna");
    await scene.call();
    await scene.answer("bruno");
    expect(scene.sip.done).toContain(`end-leg ${atAnna} answered-elsewhere`);
    expect(scene.events.filter(({ type }) => type === "call-ringing")).toHaveLength(3);
    expect(scene.box.queries.callsOf(anna)).toMatchObject([{ myState: { kind: "ringing" } }]);
  });

  test("the key of the other language is named after the welcome", async () => {
    const announcements = { language: "it", placeEverySeconds: 60, otherLanguageKey: "2" } as const;
    await open([{ ...queue, announcements, keys: { "2": "back" } }, back]);
    await scene.call();
    expect(scene.media.announced.at(-1)).toMatch(/welcome.*other-language-2/);
  });

  test("round robin goes on with the next operator although the first is free again", async () => {
    await scene.box.close();
    const settings = officeSettings();
    scene = await OfficeScene.open({ ...settings, queues: [{ ...queue, distribution: "round-robin" }] });
    scene.signIn(bruno);
    scene.signIn(anna);
    for (let call = 0; call < 3; call += 1) {
      const caller = await scene.call();
      scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
      await scene.settle();
    }
    const rung = scene.sip.placed.map((order) => /anna|bruno/.exec(order.to.uri)?.[0]);
    expect(rung).toEqual(["anna", "bruno", "anna"]);
  });
});
