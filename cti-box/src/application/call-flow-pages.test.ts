/**
 * The pages of docs/call-flows against the box: domain events and public events have to happen in the order in which a page draws them. In a page's drawing `event → …` is a
 * domain event as the journal has it, every other name of that kind a public event.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { anna, OfficeScene } from "../../testing/office-scene.ts";
import { openTestStore } from "../../testing/test-store.ts";
import type { CallStore, JournalEntry } from "./ports.ts";
import type { LegId, TransferId } from "../domain/call/ids.ts";

type Drawn = { domain: string[]; published: string[] };

function drawnIn(page: string): Drawn {
  const text = readFileSync(new URL(`../../../docs/call-flows/${page}.md`, import.meta.url), "utf8");
  const drawing = text.split("```")[1] ?? "";
  const names = [...drawing.matchAll(/\b((?:call|leg|operator|transfer)-[a-z-]+)( →)?/g)];
  return {
    domain: names.flatMap(([, name, arrow]) => (arrow === undefined ? [] : [name ?? ""])),
    published: names.flatMap(([, name, arrow]) => (arrow === undefined ? [name ?? ""] : [])),
  };
}

/** A box whose journal is listened to. */
async function run(play: (scene: OfficeScene, caller: LegId) => Promise<void>): Promise<Drawn> {
  const domain: string[] = [];
  const store = await openTestStore();
  const listening = new Proxy<CallStore>(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      if (key !== "append") return value.bind(target);
      return async (entries: readonly JournalEntry[]) => {
        domain.push(...entries.map(({ event }) => event.type));
        return store.append(entries);
      };
    },
  });
  const scene = await OfficeScene.open(undefined, listening);
  scene.signIn(anna);
  const caller = await scene.call();
  await play(scene, caller);
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
  for (const legId of scene.sip.openLegs()) scene.sip.hear({ type: "leg-ended", legId, how: "closed" });
  await scene.settle();
  const published = scene.eventTypes();
  await scene.box.close();
  return { domain, published };
}

test("a citizen's call goes as its page draws it", async () => {
  const happened = await run(async (scene) => {
    await scene.answer("anna");
  });
  expect(drawnIn("inbound")).toEqual(happened);
});

test("a blind transfer to another office goes as its page draws it", async () => {
  const happened = await run(async (scene) => {
    await scene.answer("anna");
    const order = {
      transferId: "01KAQZ000000000000000000X1" as TransferId,
      target: { kind: "office" as const, officeId: "x_test2" },
      ticketId: null,
      reason: "competence",
      message: "",
    };
    await scene.box.commands.requestTransfer(scene.lastCallId(), anna, order);
    await scene.settle();
    const other = scene.sip.legTo("192.0.2.2");
    scene.sip.hear({ type: "leg-progressed", legId: other });
    await scene.settle();
    await scene.answer("192.0.2.2");
  });
  expect(drawnIn("blind-transfer")).toEqual(happened);
});
