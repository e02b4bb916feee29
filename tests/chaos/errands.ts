/**
 * What operators do while their box is killed: a citizen is handed to a colleague at once or to another office, after a consultation with swaps, or out of a conference; and citizens are
 * called. Each errand is done as a page does it, which asks again when the box does not answer, and gives up what the box has given up.
 */
import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ulid } from "ulid";
import { otherOffice, type ChaosOffice } from "./chaos-office.ts";
import { becomes } from "./until.ts";
import type { PartyCall } from "../parties/sip-parties.ts";

export const kinds = ["blind", "consultation", "conference", "other-office", "dialling"] as const;
export type ErrandKind = (typeof kinds)[number];

/** `refused`: nothing was promised, another one is asked for. */
export type ErrandEnd = "completed" | "failed" | "refused";

export type Errand = {
  /** Free operator, or `null` where none is needed. */
  target: string;
  ticketId: string | null;
};

type Order = { method: "POST" | "PUT"; path: string; body?: object };

/** A step of an errand takes about so long; longer than that and something was lost. */
const stepMs = 5_000;

export class Errands {
  /** Under way now, by kind. */
  readonly underWay = new Map<ErrandKind, number>(kinds.map((kind) => [kind, 0]));
  /** Calls out that the box has taken. */
  readonly dialled: string[] = [];
  private readonly scene: Pick<ChaosOffice, "sessions" | "phones">;
  private readonly officeUrl: () => string;
  private numbers = 0;

  constructor(scene: Pick<ChaosOffice, "sessions" | "phones">, officeUrl: () => string) {
    this.scene = scene;
    this.officeUrl = officeUrl;
  }

  async run(kind: ErrandKind, call: PartyCall, errand: Errand): Promise<ErrandEnd> {
    this.underWay.set(kind, (this.underWay.get(kind) ?? 0) + 1);
    try {
      return await this.carryOut(kind, call, errand);
    } finally {
      this.underWay.set(kind, (this.underWay.get(kind) ?? 1) - 1);
    }
  }

  /** A citizen is called, talked to and let go. */
  async dial(login: string): Promise<ErrandEnd> {
    this.underWay.set("dialling", (this.underWay.get("dialling") ?? 0) + 1);
    const before = this.scene.phones.answered.length;
    this.numbers += 1;
    const callId = ulid();
    const number = `+39334${String(1_000_000 + this.numbers)}`;
    try {
      const status = await this.command(login, { method: "POST", path: "/api/calls", body: { callId, number } });
      if (status !== 202) return "refused";
      this.dialled.push(callId);
      const own = (): PartyCall | undefined =>
        this.scene.phones.answered.slice(before).find(({ user, shown }) => user === login && shown?.callId === callId);
      if (!(await becomes(() => own() !== undefined, stepMs))) return "failed";
      const phone = own();
      if (phone === undefined) return "failed";
      const isTalking = await becomes(() => !phone.isUp() || phone.audio.hears() !== null, stepMs);
      await delay(randomInt(300));
      const end = phone.isUp() && isTalking ? "completed" : "failed";
      await phone.hangUp();
      return end;
    } finally {
      this.underWay.set("dialling", (this.underWay.get("dialling") ?? 1) - 1);
    }
  }

  /** A call to a citizen whose errand was given up may be answered all the same, after the box is back: its operator hangs up. */
  async hangUpLate(): Promise<void> {
    const late = this.scene.phones.callsOfNow().filter(({ shown }) => this.dialled.includes(shown?.callId ?? ""));
    for (const call of late) await call.hangUp();
  }

  private async carryOut(kind: ErrandKind, call: PartyCall, { target, ticketId }: Errand): Promise<ErrandEnd> {
    const transferId = ulid();
    const path = `/api/calls/${call.shown?.callId ?? ""}/transfers`;
    const order = {
      transferId,
      target:
        kind === "other-office"
          ? { kind: "office", officeId: otherOffice }
          : { kind: "operator", operatorLogin: target },
      mode: kind === "blind" || kind === "other-office" ? "blind" : "attended",
      reason: "other",
      ticketId,
      message: "",
    };
    const before = this.scene.phones.answered.length;
    if ((await this.command(call.user, { method: "POST", path, body: order })) !== 202) return "refused";
    if (kind === "consultation" || kind === "conference") {
      const asked = (): PartyCall | undefined =>
        this.scene.phones.answered.slice(before).find(({ user }) => user === target);
      if (!(await becomes(() => asked() !== undefined || !call.isUp(), stepMs))) return "failed";
      await this.consult(kind, call, `${path}/${transferId}`);
    }
    await Promise.race([call.ended, delay(stepMs)]);
    return call.isUp() ? "failed" : "completed";
  }

  /** Ends with the operator out of the call, unless the box has given the consultation up. */
  private async consult(kind: "consultation" | "conference", call: PartyCall, path: string): Promise<void> {
    const turnTo = (talkingTo: string): Promise<number> =>
      this.insist(call, { method: "PUT", path: `${path}/consultation`, body: { talkingTo } });
    const words = kind === "consultation" ? ["caller", "target"] : ["everybody"];
    for (const talkingTo of words) {
      if ((await turnTo(talkingTo)) !== 204) return;
      await delay(randomInt(200));
    }
    // A conference is left by hanging up; the two others stay together.
    if (kind === "conference") await call.hangUp();
    else await this.insist(call, { method: "POST", path: `${path}/completion` });
  }

  /** Again while there is no box, and while the colleague has not been asked yet (409). */
  private async insist(call: PartyCall, order: Order): Promise<number> {
    const endMs = performance.now() + stepMs;
    for (;;) {
      const status = await this.command(call.user, order);
      const mayChange = status === 0 || status === 409 || status === 503;
      if (!mayChange || !call.isUp() || performance.now() > endMs) return status;
      await delay(20);
    }
  }

  /** 0: there was no box. */
  private async command(login: string, { method, path, body }: Order): Promise<number> {
    const session = this.scene.sessions.get(login);
    if (session === undefined) throw new Error(`${login} is not signed in`);
    return session
      .at(this.officeUrl())
      .command(method, path, body)
      .catch(() => 0);
  }
}
