/** Real-time text of every call in progress: finds the call, and tells the pages. */
import { TextOfCall, type TextOfCallParts } from "./text-of-call.ts";
import type { Call } from "../../domain/call/call.ts";
import type { CallId, LegId, OperatorId } from "../../domain/call/ids.ts";
import type { CallsInProgress } from "../calls-in-progress.ts";
import type { Office } from "../office-settings.ts";
import type { OperatorRoom } from "../operator-room.ts";
import type { Log } from "../ports.ts";
import type { TextChannelView, TextDesk, TextRefusal, TextTold } from "./text-desk.ts";

export type CallTextsParts = Pick<TextOfCallParts, "media" | "signalling" | "clock"> & {
  office: Pick<Office, "label" | "operators" | "network">;
  room: Pick<OperatorRoom, "hasPage">;
  calls: Pick<CallsInProgress, "find" | "findByLeg" | "settled" | "onStep" | "index">;
  log: Log;
};

export class CallTexts implements TextDesk {
  private readonly parts: CallTextsParts;
  private readonly texts = new Map<CallId, TextOfCall>();
  private readonly listeners = new Set<Parameters<TextDesk["onText"]>[0]>();

  constructor(parts: CallTextsParts) {
    this.parts = parts;
    parts.calls.onStep((call) => this.stepDone(call));
  }

  /** The far end of a leg writes. */
  heard(legId: LegId, text: string): void {
    const call = this.parts.calls.findByLeg(legId)?.call;
    if (call === undefined || call.phase.kind === "ended") return;
    this.textOf(call).heard(legId, text);
  }

  write(operatorId: OperatorId, callId: CallId, text: string): TextRefusal | null {
    const call = this.parts.calls.find(callId)?.call;
    if (call === undefined || call.phase.kind === "ended") return "not-in-conversation";
    return this.textOf(call).write(operatorId, text);
  }

  channelsOf(operatorId: OperatorId): ({ callId: CallId } & TextChannelView)[] {
    return this.parts.calls.index.callsOf(operatorId).flatMap(({ call: { callId } }) => {
      const view = this.texts.get(callId)?.channelOf(operatorId) ?? null;
      return view === null ? [] : [{ callId, ...view }];
    });
  }

  onText(listener: (operatorId: OperatorId, told: TextTold) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    for (const text of this.texts.values()) text.close();
    this.texts.clear();
    this.listeners.clear();
  }

  private stepDone(call: Call): void {
    const { callId } = call;
    if (call.phase.kind !== "ended") {
      this.textOf(call)
        .moved()
        .catch((error: unknown) => this.parts.log.error({ callId, error: String(error) }, "text of a call failed"));
      return;
    }
    this.texts.get(callId)?.close();
    this.texts.delete(callId);
  }

  private textOf({ callId }: Call): TextOfCall {
    const known = this.texts.get(callId);
    if (known !== undefined) return known;
    const { media, signalling, clock, office, room, calls } = this.parts;
    const runner = calls.index.require(callId).runner;
    const text = new TextOfCall({
      media,
      signalling,
      clock,
      officeLabel: office.label,
      names: {
        operator: (operatorId) => office.operators.get(operatorId)?.displayName ?? null,
        office: (officeId) => office.network.offices.find((one) => one.officeId === officeId)?.label ?? null,
      },
      hasPage: (operatorId) => room.hasPage(operatorId),
      current: () => runner.call,
      settled: () => calls.settled(callId),
      tell: (operatorId, told) => {
        for (const listener of this.listeners) listener(operatorId, told);
      },
    });
    this.texts.set(callId, text);
    return text;
  }
}
