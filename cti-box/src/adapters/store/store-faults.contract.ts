/** Calls before, over and within the time in which a store cannot be written: what it says afterwards is what it would have said without that time. */
import { expect } from "vitest";
import { anna, OfficeScene, officeSettings } from "../../../testing/office-scene.ts";
import type { LegId } from "../../domain/call/ids.ts";
import type { OfficeStore, StoreTrouble } from "../../application/ports.ts";

export type FaultUnderTest = {
  /** The same store each time. */
  open(): Promise<OfficeStore>;
  begins(): Promise<void>;
  ends(): Promise<void>;
  trouble: StoreTrouble;
};

/** A citizen calls, and Anna answers. */
export async function talking(scene: OfficeScene): Promise<LegId> {
  const caller = await scene.call();
  await scene.answer("anna");
  return caller;
}

export async function hangUp(scene: OfficeScene, caller: LegId): Promise<void> {
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
}

/** The journal tries again by its clock, which the tests move. */
export async function retried(scene: OfficeScene): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    scene.clock.move(5_000);
    await scene.settle();
  }
}

export async function losesNoStep(fault: FaultUnderTest): Promise<void> {
  const scene = await OfficeScene.open(officeSettings(), await fault.open());
  scene.signIn(anna);
  const first = await talking(scene);
  const seenBefore = scene.events.length;
  await fault.begins();
  await hangUp(scene, first);
  expect(scene.box.desk.presenceOf(anna)).toBe("available");
  const second = await talking(scene);
  expect(scene.sip.done.join()).toContain(`answer-leg ${second}`);
  await hangUp(scene, second);
  const third = await talking(scene);
  expect(scene.box.health()).toMatchObject({ callsInProgress: 1, journal: { ok: false, trouble: fault.trouble } });
  expect(scene.log.messages("error")).toEqual([
    "the journal cannot be written: calls go on, their steps are kept in memory",
  ]);
  // Followers are told when it is durable.
  expect(scene.events).toHaveLength(seenBefore);
  await fault.ends();
  await retried(scene);
  expect(scene.box.health().journal).toEqual({ ok: true });
  await hangUp(scene, third);
  await scene.box.close();
  await expectWhole(await fault.open(), { scene, calls: [first, second, third].length });
}

/** Every record, every journal to its end, and every event once, in order. */
async function expectWhole(store: OfficeStore, { scene, calls }: { scene: OfficeScene; calls: number }): Promise<void> {
  const records = await store.records({ limit: 10 });
  expect(records.map(({ endCause, legs }) => [endCause, legs.length])).toEqual(
    Array.from({ length: calls }, () => ["caller-hung-up", 2]),
  );
  const written = await store.eventsAfter(0, 1_000);
  expect(written).toEqual(scene.events);
  expect(written.map(({ cursor }) => cursor)).toEqual(written.map((_event, index) => index + 1));
  expect(await store.unfinishedCalls()).toEqual([]);
  await store.close();
}
