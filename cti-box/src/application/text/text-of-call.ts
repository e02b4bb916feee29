/** Real-time text of one call: from each party to those who hear it, by page, RTP or SIP MESSAGE. In memory only, gone with the call. */
import { conversationOf } from "../../domain/call/conversation.ts";
import { findLeg } from "../../domain/call/find-leg.ts";
import { answeredLeg } from "../../domain/call/legs.ts";
import { lostMark, readableText } from "../../domain/text/characters.ts";
import { fullAllowance, spendAllowance } from "../../domain/text/text-allowance.ts";
import { conversationMoved, emptyFlow, readersOf, textWritten } from "../../domain/text/text-flow.ts";
import { voiceOf } from "../../domain/text/text-voice.ts";
import { TextLine } from "./text-line.ts";
import { waitingNotice } from "./text-notices.ts";
import type { Call, Leg } from "../../domain/call/call.ts";
import type { LegId, OperatorId } from "../../domain/call/ids.ts";
import type { TextAllowance } from "../../domain/text/text-allowance.ts";
import type { TextFlow, TextStep } from "../../domain/text/text-flow.ts";
import type { KnownNames } from "../../domain/text/text-voice.ts";
import type { CallMedia } from "../call-media.ts";
import type { CallSignalling, Clock } from "../ports.ts";
import type { TextChannel, TextChannelView, TextRefusal, TextTold } from "./text-desk.ts";

export type TextOfCallParts = {
  media: Pick<CallMedia, "sendText" | "hasText">;
  signalling: Pick<CallSignalling, "sendText">;
  names: KnownNames;
  officeLabel: string;
  hasPage(operatorId: OperatorId): boolean;
  clock: Clock;
  /** The call as it is now. */
  current(): Call;
  /** Resolves when the legs have done what they had to do: what their far ends have agreed to is known then. */
  settled(): Promise<void>;
  tell(operatorId: OperatorId, told: TextTold): void;
};

/** The box itself, among those who write. */
const box = "box" as LegId;
const retryPausesMs = [250, 1_000, 4_000] as const;
const best: readonly TextChannel[] = ["rtp", "message", "page"];

export class TextOfCall {
  private readonly parts: TextOfCallParts;
  private flow: TextFlow = emptyFlow;
  private readonly lines = new Map<LegId, TextLine>();
  private readonly allowances = new Map<LegId, TextAllowance>();
  /** Legs that write too much now: their readers have seen that something is missing. */
  private readonly hushed = new Set<LegId>();
  /** Offices whose boxes take no text in messages: of another make, or older. */
  private readonly refusing = new Set<LegId>();
  private readonly told = new Map<OperatorId, string>();

  constructor(parts: TextOfCallParts) {
    this.parts = parts;
  }

  /** The far end of a leg writes, over RTP or in a message. */
  heard(legId: LegId, raw: string): void {
    const text = readableText(raw);
    if (text === "") return;
    if (this.spend(legId, text)) this.hushed.delete(legId);
    else if (this.hushed.has(legId)) return;
    else this.hushed.add(legId);
    const passed = this.hushed.has(legId) ? lostMark : text;
    this.take(textWritten(this.parts.current(), this.flow, { from: legId, text: passed }));
  }

  /** An operator writes on the page. */
  write(operatorId: OperatorId, raw: string): TextRefusal | null {
    const call = this.parts.current();
    const from = conversationOf(call)?.find((legId) => isOf(answeredLeg(call, legId), operatorId));
    if (from === undefined) return "not-in-conversation";
    if (this.bestOf(readersOf(call, from) ?? []) === "none") return "no-text";
    const text = readableText(raw);
    if (text === "") return null;
    if (!this.spend(from, text)) return "too-fast";
    this.take(textWritten(call, this.flow, { from, text }));
    return null;
  }

  /** The call has moved on. */
  async moved(): Promise<void> {
    this.take(conversationMoved(this.parts.current(), this.flow));
    await this.parts.settled();
    this.tellChannels();
  }

  /** How the operator writes to the other side; null: the operator has no part in the call now. */
  channelOf(operatorId: OperatorId): TextChannelView | null {
    const call = this.parts.current();
    const own = call.legs.find((leg) => leg.state.kind === "answered" && isOf(leg, operatorId));
    if (own === undefined) return null;
    const readers = readersOf(call, own.legId);
    const others = call.legs.filter((leg) => leg !== own && leg.state.kind === "answered").map(({ legId }) => legId);
    return { channel: this.bestOf(readers ?? others), isRead: readers === null ? "later" : "now" };
  }

  close(): void {
    for (const line of this.lines.values()) line.close();
  }

  private tellChannels(): void {
    const call = this.parts.current();
    const operators = new Set(
      call.legs.flatMap(({ peer }) => (peer.kind === "operator" ? [peer.name as OperatorId] : [])),
    );
    for (const operatorId of operators) {
      const view = this.channelOf(operatorId);
      const now = JSON.stringify(view);
      const before = this.told.get(operatorId);
      if (view === null) this.told.delete(operatorId);
      else if (now !== before && (before !== undefined || view.channel !== "none")) {
        this.told.set(operatorId, now);
        this.parts.tell(operatorId, { kind: "text-channel", callId: call.callId, ...view });
      }
    }
  }

  private take({ flow, effects }: TextStep): void {
    this.flow = flow;
    for (const effect of effects) {
      if (effect.type === "pass-text") for (const to of effect.to) this.pass(effect.from, to, effect.text);
      else this.lineTo(effect.to).write({ from: box, text: `${waitingNotice(this.parts.current())}\u2028` });
    }
  }

  private pass(from: LegId, to: LegId, text: string): void {
    const call = this.parts.current();
    const reader = answeredLeg(call, to);
    if (reader === null) return;
    const voice = { ...voiceOf(call, from, this.parts.names), voiceId: from };
    if (reader.peer.kind === "operator")
      this.parts.tell(reader.peer.name as OperatorId, { kind: "text", callId: call.callId, from: voice, text });
    if (reader.media !== "webrtc") this.lineTo(to).write({ from, text });
  }

  private lineTo(legId: LegId): TextLine {
    const known = this.lines.get(legId);
    if (known !== undefined) return known;
    const line = new TextLine({
      clock: this.parts.clock,
      isPresent: (from) => readersOf(this.parts.current(), legId)?.includes(from) === true,
      label: (from) => this.labelFor(legId, from),
      send: (text) => this.send(legId, text),
    });
    this.lines.set(legId, line);
    return line;
  }

  /** A reader with one counterpart knows who writes. */
  private labelFor(reader: LegId, from: LegId): string {
    if (from === box) return `[${this.parts.officeLabel}] `;
    const call = this.parts.current();
    if ((readersOf(call, reader)?.length ?? 0) < 2) return "";
    const { kind, name } = voiceOf(call, from, this.parts.names);
    // Another office is not told which operator it is.
    if (kind === "colleague" && findLeg(call, reader)?.peer.kind === "member") return `[${this.parts.officeLabel}] `;
    return name === null ? "" : `[${name}] `;
  }

  private async send(legId: LegId, text: string): Promise<void> {
    const leg = { callId: this.parts.current().callId, legId };
    const { media } = this.parts;
    if (!media.hasText(leg)) await this.parts.settled();
    const { channel, reader } = this.wayTo(legId);
    // A leg that ends meanwhile reads nothing any more.
    if (channel === "rtp") await media.sendText(leg, text).catch(() => undefined);
    if (channel !== "message" || reader === null) return;
    const outcome = await this.sendMessage(legId, text);
    if (outcome === "refused") this.refusing.add(legId);
    if (outcome !== "sent") this.tellWriters(legId, outcome === "refused" ? "no-text" : "lost");
    this.tellChannels();
  }

  /** A message that does not get there is sent again: a dialog may not be confirmed yet, a proxy be restarted. */
  private async sendMessage(legId: LegId, text: string): Promise<"sent" | "refused" | "failed"> {
    const { signalling, clock } = this.parts;
    for (const pauseMs of retryPausesMs) {
      const outcome = await signalling.sendText(legId, text);
      if (outcome !== "failed" || answeredLeg(this.parts.current(), legId) === null) return outcome;
      await new Promise<void>((resolve) => void clock.after(pauseMs, resolve));
    }
    return signalling.sendText(legId, text);
  }

  private wayTo(legId: LegId): { channel: TextChannel; reader: Leg | null } {
    const call = this.parts.current();
    const reader = answeredLeg(call, legId);
    if (reader === null) return { channel: "none", reader };
    if (this.parts.media.hasText({ callId: call.callId, legId })) return { channel: "rtp", reader };
    const takesMessages = reader.peer.kind === "member" && !this.refusing.has(legId);
    return { channel: takesMessages ? "message" : "none", reader };
  }

  /** `no-text`: a box of another make, or an older one. */
  private tellWriters(to: LegId, why: "no-text" | "lost"): void {
    const call = this.parts.current();
    for (const legId of readersOf(call, to) ?? []) {
      const { peer } = answeredLeg(call, legId) ?? {};
      if (peer?.kind === "operator")
        this.parts.tell(peer.name as OperatorId, { kind: "text-refused", callId: call.callId, why });
    }
  }

  private bestOf(legIds: readonly LegId[]): TextChannel {
    const ways = legIds.map((legId): TextChannel => {
      const { channel, reader } = this.wayTo(legId);
      const isPage = reader?.peer.kind === "operator" && this.parts.hasPage(reader.peer.name as OperatorId);
      return channel === "none" && isPage ? "page" : channel;
    });
    return best.find((channel) => ways.includes(channel)) ?? "none";
  }

  private spend(legId: LegId, text: string): boolean {
    const nowMs = this.parts.clock.now();
    const left = spendAllowance(this.allowances.get(legId) ?? fullAllowance(nowMs), text.length, nowMs);
    if (left !== null) this.allowances.set(legId, left);
    return left !== null;
  }
}

function isOf(leg: Leg | null, operatorId: OperatorId): boolean {
  return leg?.peer.kind === "operator" && leg.peer.name === operatorId;
}
