/**
 * A box that is killed again and again while its operators work: many citizens talk to operators at desk telephones and at a page, are handed to colleagues and to another office,
 * consultations are held, conferences joined, citizens called; and at random moments of each the box gets SIGKILL and is started again. What is counted is what people would notice.
 */
import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ulid } from "ulid";
import { officeNumber } from "../office/office-config.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { openChaosOffice, type ChaosEngine, type ChaosOffice } from "./chaos-office.ts";
import { Errands, kinds, type ErrandEnd, type ErrandKind } from "./errands.ts";
import { worstAndMedian, type ChaosFindings } from "./findings.ts";
import { PageOperator } from "./page-operator.ts";
import { auditTickets } from "./ticket-audit.ts";
import { becomes, until } from "./until.ts";
import type { PartyCall } from "../parties/sip-parties.ts";
import type { CallRecord } from "@la2-cti/cti-box/contracts";

export type ChaosOrder = {
  calls: number;
  /** Errands of all kinds, calls out aside. */
  transfers: number;
  kills: number;
  /** Where the box's signalling is done; `contacts` are those of its configuration. */
  engine: ChaosEngine;
};

const workers = 4;
const spareOperators = 20;
/** Of the other office: as many citizens may go there. */
const otherOperators = (order: ChaosOrder): number => Math.max(3, Math.ceil(order.calls / 5));

type Talk = { citizen: PartyCall; ticketId: string };

export async function chaos(order: ChaosOrder): Promise<ChaosFindings> {
  const opened: (() => Promise<unknown>)[] = [];
  try {
    return await new Chaos(order, await open(order, (close) => opened.push(close))).run();
  } finally {
    for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  }
}

type Scene = ChaosOffice & { ticketIds: readonly string[] };

async function open(order: ChaosOrder, onClose: (close: () => Promise<unknown>) => void): Promise<Scene> {
  const ticketIds = Array.from({ length: order.calls }, () => ulid());
  const seedTickets = ticketIds.map((ticketId, index) => ({
    ticketId,
    subject: `Pratica ${index}`,
    category: "ambiente",
    phone: numberOf(index),
  }));
  const people = { operators: order.calls + spareOperators, otherOperators: otherOperators(order), seedTickets };
  const scene: Scene = { ...(await openChaosOffice(people, order.engine, onClose)), ticketIds };
  onClose(() => scene.office.close());
  scene.citizens.ringMs = () => randomInt(400);
  return scene;
}

const numberOf = (index: number): string => `+39333${String(1_000_000 + index)}`;

class Chaos {
  private readonly order: ChaosOrder;
  private readonly scene: Scene;
  private readonly errands: Errands;
  private readonly page: PageOperator;
  private readonly talks: Talk[] = [];
  private readonly busy = new Set<string>();
  private readonly ends = new Map(kinds.map((kind) => [kind, { completed: 0, failed: 0, underWayAtKills: 0 }]));
  private readonly controlBack: number[] = [];
  private asked = 0;
  private lost = 0;
  private leftovers = 0;
  private phase: "talking" | "over" = "talking";

  constructor(order: ChaosOrder, scene: Scene) {
    this.order = order;
    this.scene = scene;
    this.errands = new Errands(scene, () => scene.office.url);
    this.page = new PageOperator(scene.page);
  }

  async run(): Promise<ChaosFindings> {
    const { calls, kills } = this.order;
    for (let index = 0; index < calls; index += 1) await this.begin(index);
    await this.page.takeCall(this.scene);
    await Promise.all([...Array.from({ length: workers }, () => this.work()), this.dialOn(), this.killNowAndThen()]);
    const hearing = await this.hearing();
    const pageHungUp = await this.page.hangUp();
    this.phase = "over";
    const moved = this.movedTickets();
    for (const { citizen } of this.talks) await citizen.hangUp();
    const records = await this.ended();
    const eventsDoubled = await this.doubledEvents();
    this.noteLeftovers();
    const stayed = this.scene.ticketIds.filter((id) => !moved.includes(id));
    const tickets = await auditTickets(this.scene.tickets, { moved, stayed });
    return {
      calls,
      callsLost: this.lost + this.page.callsLost,
      recordsLost: this.recordsLost(records),
      ticketsLost: tickets.lost + this.wrongInRecords(records),
      ticketsDoubled: tickets.doubled,
      eventsDoubled,
      errands: Object.fromEntries(this.ends) as ChaosFindings["errands"],
      kills,
      controlBackSeconds: worstAndMedian(this.controlBack),
      pageBackSeconds: worstAndMedian(this.page.backSeconds),
      pageHungUp,
      hearing,
      leftovers: this.leftovers,
    };
  }

  private async begin(index: number): Promise<void> {
    const { phones, citizens, address, ticketIds } = this.scene;
    const before = phones.answered.length;
    const citizen = await citizens.call(address, officeNumber, numberOf(index));
    this.talks.push({ citizen, ticketId: ticketIds[index] ?? "" });
    void citizen.ended.then((by) => {
      if (by === "box" && this.phase === "talking") this.lost += 1;
    });
    await until(() => phones.answered.length > before, 20_000, "no operator has answered");
  }

  /** One errand after the other, of every kind. */
  private async work(): Promise<void> {
    while (this.asked < this.order.transfers) {
      const kind = this.chosenKind();
      const call = this.anyCall();
      const target = this.anyFree();
      if (call === null || target === null) {
        await delay(20);
        continue;
      }
      this.asked += 1;
      const ticketId = this.talks.find(({ citizen }) => citizen.user === call.shown?.caller)?.ticketId ?? null;
      const end = await this.whileBusy([call.user, target], () => this.errands.run(kind, call, { target, ticketId }));
      await this.note(kind, end);
    }
  }

  /** Half of them at once; to the other office only while somebody is free there. */
  private chosenKind(): ErrandKind {
    const chance = Math.random();
    const hasRoom = this.scene.otherPhones.callsUp() < otherOperators(this.order) - workers;
    if (chance < 0.15 && hasRoom) return "other-office";
    if (chance < 0.35) return "consultation";
    return chance < 0.5 ? "conference" : "blind";
  }

  private async dialOn(): Promise<void> {
    while (this.asked < this.order.transfers) {
      const login = this.anyFree();
      if (login === null) {
        await delay(20);
        continue;
      }
      await this.note("dialling", await this.whileBusy([login], () => this.errands.dial(login)));
      await delay(randomInt(200));
    }
  }

  private async whileBusy<T>(logins: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const login of logins) this.busy.add(login);
    try {
      return await work();
    } finally {
      for (const login of logins) this.busy.delete(login);
    }
  }

  private async note(kind: ErrandKind, end: ErrandEnd): Promise<void> {
    const counted = this.ends.get(kind);
    if (end !== "refused" && counted !== undefined) counted[end] += 1;
    if (end !== "refused") return;
    // Nothing was promised: another one is asked for.
    if (kind !== "dialling") this.asked -= 1;
    await delay(20);
  }

  private async killNowAndThen(): Promise<void> {
    const { kills, transfers } = this.order;
    for (let kill = 0; kill < kills; kill += 1) {
      const from = Math.floor(((kill + Math.random()) * transfers) / kills);
      await until(() => this.asked >= Math.min(from, transfers - 1), 120_000, "errands do not go on");
      // Each kind has its turn, where one is under way.
      const kind = kinds[kill % kinds.length] ?? "blind";
      await becomes(() => (this.errands.underWay.get(kind) ?? 0) > 0, 3_000);
      // Anywhere in it: it takes about so long.
      await delay(Math.random() * 400);
      await this.killOnce();
    }
  }

  private async killOnce(): Promise<void> {
    this.noteLeftovers();
    for (const [kind, underWay] of this.errands.underWay) {
      const counted = this.ends.get(kind);
      if (counted !== undefined) counted.underWayAtKills += underWay;
    }
    const startedAtMs = performance.now();
    await this.scene.office.kill();
    const restarted = this.scene.office.restart().then((office) => (this.scene.office = office));
    await Promise.all([restarted, this.askForControl(startedAtMs), this.page.comesBack(startedAtMs)]);
  }

  /** A telephone holds its citizen and takes the hold back: the first answer says that somebody is in control again. */
  private async askForControl(startedAtMs: number): Promise<void> {
    const call = this.anyCall();
    if (call === null) return;
    await this.whileBusy([call.user], async () => {
      // One that was on its way to the box that was killed is refused.
      while (call.isUp() && (await call.reinvite("sendonly")) !== 200) await delay(20);
      this.controlBack.push((performance.now() - startedAtMs) / 1_000);
      await call.reinvite("sendrecv");
    });
  }

  private anyCall(): PartyCall | null {
    const ofCitizens = new Set(this.talks.map(({ citizen }) => citizen.user));
    const calls = this.scene.phones
      .callsOfNow()
      .filter(({ user, shown }) => !this.busy.has(user) && ofCitizens.has(shown?.caller ?? ""));
    return calls[Math.floor(Math.random() * calls.length)] ?? null;
  }

  private anyFree(): string | null {
    const talking = new Set(this.scene.phones.callsOfNow().map(({ user }) => user));
    const free = [...this.scene.sessions.keys()].filter((login) => !talking.has(login) && !this.busy.has(login));
    return free[Math.floor(Math.random() * free.length)] ?? null;
  }

  private async hearing(): Promise<number> {
    const { phones, otherPhones } = this.scene;
    const hears = ({ citizen }: Talk): boolean => {
      const voices = [...phones.callsOfNow(), ...otherPhones.callsOfNow()].map(({ audio }) => audio.voice);
      return voices.includes(citizen.audio.hears() ?? 0);
    };
    await becomes(() => this.talks.every(hears), 10_000);
    return this.talks.filter(hears).length;
  }

  /** Tickets of citizens who talk to the other office. */
  private movedTickets(): string[] {
    const there = new Set(this.scene.otherPhones.callsOfNow().map(({ shown }) => shown?.caller));
    return this.talks.filter(({ citizen }) => there.has(citizen.user)).map(({ ticketId }) => ticketId);
  }

  private async ended(): Promise<CallRecord[]> {
    const reader = new OfficeReader(this.scene.office.url);
    const areOver = async (): Promise<boolean> => {
      await this.errands.hangUpLate();
      return (await reader.callsInProgress()) === 0;
    };
    await until(areOver, 30_000, "calls do not end");
    return (await reader.allRecords()).filter(({ endedAt }) => endedAt !== null);
  }

  private recordsLost(records: readonly CallRecord[]): number {
    const counted = (callId: string): number => records.filter((record) => record.callId === callId).length;
    const ofCitizens = this.talks.filter(
      ({ citizen }) => records.filter(({ caller }) => caller.number === citizen.user).length !== 1,
    );
    return ofCitizens.length + this.errands.dialled.filter((callId) => counted(callId) !== 1).length;
  }

  private wrongInRecords(records: readonly CallRecord[]): number {
    const wrong = this.talks.filter(({ citizen, ticketId }) => {
      const found = records.find(({ caller }) => caller.number === citizen.user);
      return found !== undefined && found.transfers.length > 0 && found.ticketId !== ticketId;
    });
    return wrong.length;
  }

  /** Every cursor once, and each call offered, answered the first time and ended once. */
  private async doubledEvents(): Promise<number> {
    const events = await new OfficeReader(this.scene.office.url).allEvents();
    const once = events
      .filter(({ type }) => type === "call-offered" || type === "call-ended")
      .map(({ type, call }) => `${type} ${call.callId}`);
    const gaps = events.filter((event, index) => index > 0 && event.cursor !== (events[index - 1]?.cursor ?? 0) + 1);
    return once.length - new Set(once).size + gaps.length;
  }

  private noteLeftovers(): void {
    this.leftovers += this.scene.office.log().match(/left something behind/g)?.length ?? 0;
  }
}
