/**
 * Text towards one far end, in order: several writers are mixed into one stream (domain/text/mixed-turns.ts), and what is written while a piece is on its way goes
 * with the next one.
 *   idle ─write─▶ sending ─sent─▶ idle
 *                    └─write─▶ sending + rest ─sent─▶ sending the rest
 */
import { mixDue, mixText, nextDueAt, nobodyYet } from "../../domain/text/mixed-turns.ts";
import type { Label, MixedStep, Written } from "../../domain/text/mixed-turns.ts";
import type { LegId } from "../../domain/call/ids.ts";
import type { Clock } from "../ports.ts";

export type TextLineParts = {
  clock: Clock;
  label: Label;
  /** Whoever has left the reader's conversation keeps nobody waiting. */
  isPresent(from: LegId): boolean;
  /** Resolves when the piece is on its way. Never rejects. */
  send(text: string): Promise<void>;
};

export class TextLine {
  private readonly parts: TextLineParts;
  private turns = nobodyYet;
  private rest = "";
  private sending: "idle" | "sending" | "closed" = "idle";
  private stopTimer = (): void => undefined;

  constructor(parts: TextLineParts) {
    this.parts = parts;
  }

  write(written: Written): void {
    const { label, clock } = this.parts;
    const { speaker } = this.turns;
    if (speaker !== null && !this.parts.isPresent(speaker)) this.turns = { ...this.turns, lastAtMs: -Infinity };
    this.take(mixText(this.turns, written, { label, atMs: clock.now() }));
  }

  /** What has not left yet does not leave any more. */
  close(): void {
    this.sending = "closed";
    this.stopTimer();
  }

  private take({ turns, out }: MixedStep): void {
    this.turns = turns;
    this.rest += out;
    this.stopTimer();
    this.stopTimer = () => undefined;
    const { clock, label } = this.parts;
    const dueAtMs = nextDueAt(turns);
    if (dueAtMs !== Infinity && this.sending !== "closed") {
      const dueInMs = Math.max(0, dueAtMs - clock.now());
      this.stopTimer = clock.after(dueInMs, () => this.take(mixDue(this.turns, { label, atMs: clock.now() })));
    }
    void this.pump();
  }

  private async pump(): Promise<void> {
    if (this.sending !== "idle") return;
    this.sending = "sending";
    while (this.rest !== "") {
      const piece = this.rest;
      this.rest = "";
      await this.parts.send(piece);
      if (this.isClosed()) return;
    }
    this.sending = "idle";
  }

  private isClosed(): boolean {
    return this.sending === "closed";
  }
}
