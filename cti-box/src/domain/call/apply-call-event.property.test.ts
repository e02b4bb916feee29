/** Random sequences of events: whatever happens in whatever order, nothing is left behind. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  anna,
  arrival,
  bruno,
  callerLegId,
  colleagueCall,
  device,
  leg,
  memberArrival,
  officeCall,
  officeTransfer,
  placement,
  queue,
  startMs,
  transferId,
} from "../../../testing/call-builders.ts";
import { CallWorld } from "../../../testing/call-world.ts";
import { applyCallEvent, beginCall } from "./apply-call-event.ts";
import { recordOf } from "./record-of.ts";
import { joinedLegsOf, mediaLegsOf, musicLegOf, timersOf } from "./settle.ts";
import { engagementsOf } from "./summary.ts";
import { transferUnderWay } from "./transfer-under-way.ts";
import type { Call } from "./call.ts";
import type { CallBeginning, TransferPlan } from "./call-event.ts";
import type { CallId, TransferId } from "./ids.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

/** Events are made against the call as it is, so that most of them apply; ids of new legs count up. */
type Choice = { kind: number; pick: number; status: number; stepMs: number };
const choice = fc.record({
  kind: fc.nat(28),
  pick: fc.nat(20),
  status: fc.constantFrom(408, 480, 486, 487, 500, 503, 603),
  stepMs: fc.integer({ min: 0, max: 40_000 }),
});
const choices = fc.array(choice, { maxLength: 40 });
const speaking = { ...queue, announcements: { language: "it", everyMs: 60_000 } } as const;
const arrivals = fc.constantFrom(
  arrival(),
  arrival({ queue: speaking }),
  arrival({ queue: speaking, turnedAway: "queue-full" }),
  memberArrival(),
);
const internal = arrival({ direction: "internal", queue: null, peer: { kind: "operator", name: "carla" } });
const twoPhones = ["anna-1", "anna-2"].map((name) => ({ legId: leg(name), device: device(name) }));
const beginning = fc.oneof(
  arrivals,
  fc.constantFrom(placement(), internal, officeCall(), colleagueCall(), colleagueCall({ legs: twoPhones })),
);

function eventOf(call: Call, { kind, pick, status }: Choice, serial: number): UntimedEvent {
  const legId = call.legs[pick % call.legs.length]?.legId ?? callerLegId;
  const operatorId = pick % 2 === 0 ? anna : bruno;
  const legs = Array.from({ length: 1 + (pick % 3) }, (_, n) => ({
    legId: leg(`leg-${serial}-${n}`),
    device: device(`d${n}`),
  }));
  const target = { kind: "operator", operatorId } as const;
  const timers = [...timersOf(call)];
  const [timer, deadlineMs] = timers[pick % Math.max(1, timers.length)] ?? ["ring" as const, 0];
  const table: UntimedEvent[] = [
    {
      type: "operator-assigned",
      operatorId,
      legs,
      ...(pick % 5 === 0 && {
        others: [
          { operatorId: pick % 2 === 0 ? bruno : anna, legs: [{ legId: leg(`other-${serial}`), device: device("o") }] },
        ],
      }),
    },
    { type: "call-picked-up", operatorId, legs },
    { type: "call-parked", operatorId },
    { type: "call-retrieved", operatorId, legs },
    { type: "no-operator" },
    { type: "leg-progressed", legId },
    { type: "leg-answered", legId },
    { type: "leg-failed", legId, status, q850: null },
    { type: "leg-cancelled", legId },
    { type: "leg-ended", legId, how: pick % 3 === 0 ? "lost" : "bye" },
    { type: "leg-early-media", legId },
    { type: "leg-redescribed", legId, direction: pick % 2 === 0 ? "inactive" : "sendrecv" },
    { type: "leg-reinvited", legId, direction: pick % 2 === 0 ? "sendonly" : "sendrecv" },
    { type: "device-gone", legId },
    { type: "media-failed", legId },
    { type: "media-moved" },
    { type: "hold-requested", operatorId },
    { type: "resume-requested", operatorId },
    officeTransfer({
      operatorId,
      transferId: `x-${serial}` as TransferId,
      mode: pick % 4 < 2 ? "attended" : "blind",
      trading: { caller: "Anna", inCharge: "Bruno" },
      plan: [{ target, legs }, toOffice(serial), toNumber(serial)][pick % 3] ?? { target, legs },
    }),
    { type: "transfer-cancelled", operatorId, transferId: transferIdOf(call) },
    {
      type: "consultation-turned",
      operatorId,
      transferId: transferIdOf(call),
      talkingTo: (["target", "caller", "everybody"] as const)[pick % 3] ?? "target",
    },
    { type: "transfer-completed", operatorId, transferId: transferIdOf(call) },
    { type: "timer-fired", timer, deadlineMs },
    { type: "ticket-attached", operatorId, ticketId: `t-${pick}` },
    { type: "leg-trying", legId },
    { type: "announcement-ended", legId },
    { type: "leg-replaced", operatorId, legId: leg(`in-${serial}`), media: "rtp", replaces: legId },
    { type: "merge-started", intoCallId: "01KAQZ000000000000000000C9" as CallId },
    { type: "merge-failed", intoCallId: "01KAQZ000000000000000000C9" as CallId },
    { type: "conference-failed", legId },
    { type: "queue-chosen", queue: { ...speaking, queueId: "english" } },
    {
      type: "overflow-offered",
      transferId: `o-${serial}` as TransferId,
      officeId: "c_b200",
      legId: leg(`overflow-${serial}`),
      route: { uri: "sip:urp@b", nextHop: null },
      topic: null,
      answerMs: 20_000,
    },
  ];
  return table[kind] ?? { type: "no-operator" };
}

function toOffice(serial: number): TransferPlan {
  const route = { uri: "sip:urp@b", nextHop: null };
  return { target: { kind: "office", officeId: "c_b200" }, legId: leg(`office-${serial}`), route };
}

function toNumber(serial: number): TransferPlan {
  const routes = placement().routes.map((route) => ({ ...route, legId: leg(`${route.trunkId}-${serial}`) }));
  return { target: { kind: "number", number: "+390655501234" }, routes };
}

function transferIdOf(call: Call): TransferId {
  return transferUnderWay(call)?.transfer.transferId ?? transferId;
}

function run(from: CallBeginning, script: readonly Choice[], watch: (call: Call, world: CallWorld) => void) {
  const world = new CallWorld();
  let step = beginCall(from);
  world.see(step.effects);
  watch(step.call, world);
  let atMs = startMs;
  for (const [serial, one] of script.entries()) {
    atMs += one.stepMs;
    const event = { ...eventOf(step.call, one, serial), atMs };
    step = applyCallEvent(step.call, event);
    world.see(step.effects);
    watch(step.call, world);
  }
  return { call: step.call, world, atMs };
}

describe("any sequence of events", () => {
  test("started things are exactly those the call needs now", () => {
    fc.assert(
      fc.property(beginning, choices, (from, script) => {
        run(from, script, (call, world) => {
          expect([...world.media].toSorted()).toEqual([...mediaLegsOf(call)].toSorted());
          expect([...world.music]).toEqual(musicLegOf(call) === null ? [] : [musicLegOf(call)]);
          expect([...world.pairs]).toEqual(joinedLegsOf(call) === null ? [] : [joinedLegsOf(call)?.join()]);
          expect(world.timers).toEqual(timersOf(call));
          expect(world.busy).toEqual(engagementsOf(call));
          expect(world.inLine).toBe(call.phase.kind === "queued" && call.queue !== null);
          for (const one of call.legs) {
            if (one.state.kind === "closing") expect(world.signalled.has(one.legId), "told to end").toBe(false);
          }
        });
      }),
      { numRuns: 800 },
    );
  });

  test("a caller who hangs up leaves no leg, timer, media, operator or place in the line behind", () => {
    fc.assert(
      fc.property(arrivals, choices, (from, script) => {
        const { call, world, atMs } = run(from, script, () => undefined);
        const step = applyCallEvent(call, { type: "leg-ended", legId: callerLegId, how: "bye", atMs });
        world.see(step.effects);
        expect(step.call.phase.kind).toBe("ended");
        expect(world.media.size + world.music.size + world.pairs.size + world.timers.size + world.busy.size).toBe(0);
        expect(world.inLine).toBe(false);
        expect(step.call.legs.every((one) => one.state.kind === "closing" || one.state.kind === "gone")).toBe(true);
        expect(world.endedTimes).toBe(1);
      }),
      { numRuns: 800 },
    );
  });

  test("ended is final", () => {
    fc.assert(
      fc.property(beginning, choices, choices, (from, script, afterwards) => {
        const { call, atMs } = run(from, script, () => undefined);
        const ended = applyCallEvent(call, { type: "box-restarted", atMs });
        let later = ended.call;
        for (const [serial, one] of afterwards.entries()) {
          const event = { ...eventOf(later, one, 1000 + serial), atMs };
          const step = applyCallEvent(later, event);
          expect(step.effects.filter(({ type }) => type !== "refuse-reinvite" && type !== "reject-leg")).toEqual([]);
          later = step.call;
        }
        expect(later.phase).toEqual(ended.call.phase);
      }),
      { numRuns: 400 },
    );
  });

  test("only a transfer to a telephone number makes a leg that costs, and its record says so", () => {
    fc.assert(
      fc.property(beginning, choices, (from, script) => {
        const { call } = run(from, script, () => undefined);
        const record = recordOf(call);
        const costly = record.legs.filter((one) => one.role !== "caller" && one.tariff === "pstn");
        expect(costly.length === 0 || record.transfers.some(({ target }) => target.kind === "number")).toBe(true);
        for (const { target, tariff } of record.transfers)
          expect(tariff).toBe(target.kind === "number" ? "pstn" : "on-net");
      }),
      { numRuns: 400 },
    );
  });

  test("nobody talks longer than the call lasts, and the same journal gives the same call", () => {
    fc.assert(
      fc.property(beginning, choices, (from, script) => {
        const first = run(from, script, () => undefined);
        const again = run(from, script, () => undefined);
        expect(again.call).toEqual(first.call);
        for (const one of first.call.legs) expect(one.talkedMs).toBeLessThanOrEqual(first.atMs - startMs);
      }),
      { numRuns: 300 },
    );
  });
});
