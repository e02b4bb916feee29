/**
 * A box that is killed again and again while its calls are transferred: many citizens talk to operators at desk telephones, operators hand them to colleagues, and
 * at random moments of that the box gets SIGKILL and is started again. What is counted is what people would notice.
 */
import { setTimeout as delay } from "node:timers/promises";
import { ulid } from "ulid";
import { startRtpengine } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { SipParties, type PartyCall } from "../parties/sip-parties.ts";
import type { CallRecord } from "@la2-cti/cti-box/contracts";

export type ChaosOrder = {
  calls: number;
  transfers: number;
  kills: number;
  /** Where the box's signalling is done; `contacts` are those of its configuration. */
  engine(contacts: readonly string[]): Promise<{ config: object; close(): Promise<void> }>;
};

export type ChaosFindings = {
  calls: number;
  /** Citizens whose call was ended by the box before they hung up. */
  callsLost: number;
  /** Calls without exactly one ended record. */
  recordsLost: number;
  /** Calls whose record does not name the one ticket that was handed on with them. */
  ticketsLost: number;
  /** Public events that were told twice, and cursors that were left out. */
  eventsDoubled: number;
  transfers: { completed: number; failed: number };
  kills: number;
  /** From each kill to the answer to a re-INVITE that a telephone sent right after it, in seconds: the worst and the median. */
  controlBackSeconds: { worst: number; median: number };
  /** Citizens who hear an operator at the end, and telephones of operators that are in a call then. */
  hearing: number;
  operatorsTalking: number;
  /** Calls that the box says to have left something of behind. */
  leftovers: number;
};

const workers = 4;
/** Fewer than the box allows in a minute. */
const signInsPerAddress = 8;
const spareOperators = 12;

export async function chaos(order: ChaosOrder): Promise<ChaosFindings> {
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const office = await ChaosOffice.open(order, (close) => opened.push(close));
    return await office.run();
  } finally {
    for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  }
}

class ChaosOffice {
  private readonly order: ChaosOrder;
  private readonly address: string;
  private office: OfficeProcess;
  private readonly citizens: SipParties;
  private readonly phones: SipParties;
  private readonly sessions = new Map<string, OperatorSession>();
  private readonly talks: { citizen: PartyCall; ticketId: string }[] = [];
  private readonly transferring = new Set<string>();
  private readonly outcomes = { completed: 0, failed: 0 };
  private readonly controlBack: number[] = [];
  private asked = 0;
  private lost = 0;
  private leftovers = 0;
  private phase: "talking" | "over" = "talking";

  private constructor(parts: {
    order: ChaosOrder;
    address: string;
    office: OfficeProcess;
    citizens: SipParties;
    phones: SipParties;
  }) {
    this.order = parts.order;
    this.address = parts.address;
    this.office = parts.office;
    this.citizens = parts.citizens;
    this.phones = parts.phones;
  }

  static async open(order: ChaosOrder, onClose: (close: () => Promise<unknown>) => void): Promise<ChaosOffice> {
    const network = `127.41.${1 + Math.floor(Math.random() * 250)}`;
    const address = `${network}.1`;
    const rtpengine = await startRtpengine({ ports: 4_000 });
    onClose(() => rtpengine.close());
    const logins = Array.from({ length: order.calls + spareOperators }, (_each, index) => `op${index}`);
    const base = officeConfig({ officeId: "x_test1", address, carrierAddress: `${network}.2`, operators: logins });
    const { contacts } = base["sip"] as { contacts: string[] };
    const engine = await order.engine(contacts);
    onClose(() => engine.close());
    const { ngHost, ngPort } = rtpengine;
    const media = { kind: "rtpengine", ngHost, ngPort };
    const sip = { ...(base["sip"] as object), protection: { mode: "off" } };
    const office = await startOfficeProcess({ ...base, sip, media, engine: engine.config });
    const citizens = await SipParties.open(`${network}.2`);
    onClose(() => citizens.close());
    const phones = await SipParties.open(`${network}.3`);
    onClose(() => phones.close());
    const chaosOffice = new ChaosOffice({ order, address, office, citizens, phones });
    onClose(() => chaosOffice.office.close());
    for (const login of logins) await phones.register(address, login, passwordOf(login));
    for (const [index, login] of logins.entries()) {
      const from = `127.42.0.${1 + Math.floor(index / signInsPerAddress)}`;
      chaosOffice.sessions.set(login, await OperatorSession.openFrom(from, office.url, login));
    }
    return chaosOffice;
  }

  async run(): Promise<ChaosFindings> {
    const { calls, kills } = this.order;
    for (let index = 0; index < calls; index += 1) await this.begin(index);
    await Promise.all([...Array.from({ length: workers }, () => this.transferOn()), this.killNowAndThen()]);
    const hearing = await this.hearing();
    const operatorsTalking = this.phones.callsUp();
    this.phase = "over";
    for (const { citizen } of this.talks) await citizen.hangUp();
    const records = await this.ended();
    const events = await this.doubledEvents();
    this.noteLeftovers();
    const sorted = this.controlBack.toSorted((one, other) => one - other);
    return {
      calls,
      callsLost: this.lost,
      recordsLost: this.talks.length - new Set(records.map(({ callId }) => callId)).size,
      ticketsLost: this.ticketsLost(records),
      eventsDoubled: events,
      transfers: this.outcomes,
      kills,
      controlBackSeconds: { worst: sorted.at(-1) ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 },
      hearing,
      operatorsTalking,
      leftovers: this.leftovers,
    };
  }

  private async begin(index: number): Promise<void> {
    const before = this.phones.answered.length;
    const citizen = await this.citizens.call(this.address, officeNumber, `+39333${String(1_000_000 + index)}`);
    this.talks.push({ citizen, ticketId: ulid() });
    void citizen.ended.then((by) => {
      if (by === "box" && this.phase === "talking") this.lost += 1;
    });
    await until(() => this.phones.answered.length > before, 20_000, "no operator has answered");
  }

  /** One operator after the other hands a citizen to a colleague who is free. */
  private async transferOn(): Promise<void> {
    while (this.asked < this.order.transfers) {
      const call = this.anyCall();
      const target = this.anyFree();
      if (call === null || target === null) {
        await delay(20);
        continue;
      }
      this.asked += 1;
      this.transferring.add(call.user).add(target);
      try {
        await this.transfer(call, target);
      } finally {
        this.transferring.delete(call.user);
        this.transferring.delete(target);
      }
    }
  }

  private async transfer(call: PartyCall, target: string): Promise<void> {
    const { callId, caller } = call.shown ?? { callId: "", caller: "" };
    const ticketId = this.talks.find(({ citizen }) => citizen.user === caller)?.ticketId ?? null;
    const to = { kind: "operator", operatorLogin: target };
    const order = { transferId: ulid(), target: to, mode: "blind", reason: "other", ticketId, message: "" };
    const status = await this.sessionOf(call.user)
      .command("POST", `/api/calls/${callId}/transfers`, order)
      .catch(() => 0);
    // Refused, or the box was gone: nothing was promised, and another one is asked for.
    if (status !== 202) {
      this.asked -= 1;
      await delay(20);
      return;
    }
    await Promise.race([call.ended, delay(5_000)]);
    if (call.isUp()) this.outcomes.failed += 1;
    else this.outcomes.completed += 1;
  }

  private async killNowAndThen(): Promise<void> {
    const { kills, transfers } = this.order;
    for (let kill = 0; kill < kills; kill += 1) {
      const from = Math.floor(((kill + Math.random()) * transfers) / kills);
      await until(() => this.asked >= Math.min(from, transfers - 1), 120_000, "transfers do not go on");
      // Anywhere in a transfer: it takes about so long.
      await delay(Math.random() * 300);
      await this.killOnce();
    }
  }

  private async killOnce(): Promise<void> {
    this.noteLeftovers();
    const startedAtMs = performance.now();
    await this.office.kill();
    const restarted = this.office.restart().then((office) => (this.office = office));
    await Promise.all([restarted, this.askForControl(startedAtMs)]);
  }

  /** A telephone holds its citizen and takes the hold back: the first answer says that somebody is in control again. */
  private async askForControl(startedAtMs: number): Promise<void> {
    const call = this.phones.callsOfNow().find(({ user }) => !this.transferring.has(user));
    if (call === undefined) return;
    this.transferring.add(call.user);
    // One that was on its way to the box that was killed is refused.
    while (call.isUp() && (await call.reinvite("sendonly")) !== 200) await delay(20);
    this.controlBack.push((performance.now() - startedAtMs) / 1_000);
    await call.reinvite("sendrecv");
    this.transferring.delete(call.user);
  }

  private anyCall(): PartyCall | null {
    const calls = this.phones.callsOfNow().filter(({ user }) => !this.transferring.has(user));
    return calls[Math.floor(Math.random() * calls.length)] ?? null;
  }

  private anyFree(): string | null {
    const busy = new Set(this.phones.callsOfNow().map(({ user }) => user));
    const free = [...this.sessions.keys()].filter((login) => !busy.has(login) && !this.transferring.has(login));
    return free[Math.floor(Math.random() * free.length)] ?? null;
  }

  private sessionOf(login: string): OperatorSession {
    const session = this.sessions.get(login);
    if (session === undefined) throw new Error(`${login} is not signed in`);
    return session.at(this.office.url);
  }

  private async hearing(): Promise<number> {
    const voices = new Set(this.phones.callsOfNow().map(({ audio }) => audio.voice));
    const hears = ({ citizen }: { citizen: PartyCall }): boolean => voices.has(citizen.audio.hears() ?? 0);
    await until(() => this.talks.every(hears), 10_000, "").catch(() => undefined);
    return this.talks.filter(hears).length;
  }

  private async ended(): Promise<CallRecord[]> {
    const reader = new OfficeReader(this.office.url);
    await until(async () => (await reader.callsInProgress()) === 0, 30_000, "calls do not end");
    return (await reader.records()).filter(({ endedAt }) => endedAt !== null);
  }

  private ticketsLost(records: readonly CallRecord[]): number {
    const wrong = this.talks.filter(({ citizen, ticketId }) => {
      const found = records.filter(({ caller }) => caller.number === citizen.user);
      const handedOn = found.some(({ transfers }) => transfers.length > 0);
      return found.length !== 1 || (handedOn && found[0]?.ticketId !== ticketId);
    });
    return wrong.length;
  }

  /** Every cursor once, and each call offered, answered the first time and ended once. */
  private async doubledEvents(): Promise<number> {
    const events = await new OfficeReader(this.office.url).allEvents();
    const once = events
      .filter(({ type }) => type === "call-offered" || type === "call-ended")
      .map(({ type, call }) => `${type} ${call.callId}`);
    const gaps = events.filter((event, index) => index > 0 && event.cursor !== (events[index - 1]?.cursor ?? 0) + 1);
    return once.length - new Set(once).size + gaps.length;
  }

  private noteLeftovers(): void {
    this.leftovers += this.office.log().match(/left something behind/g)?.length ?? 0;
  }
}

async function until(isSo: () => boolean | Promise<boolean>, withinMs: number, why: string): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(why);
    await delay(20);
  }
}
