/** What is played in a network of offices: how many operators, how they answer, what is declared, and the citizens who call. */
import type { CallId, OperatorId } from "../src/domain/call/ids.ts";
import type { SharingDeclaration } from "../src/domain/sharing/declaration.ts";
import type { WaitingCall } from "../src/domain/queue/waiting-line.ts";

export type SimulatedOffice = {
  operators: number;
  /** Declared to the network; 0: takes no callers. */
  capacity: number;
  /** Callers who may wait before others are asked. */
  whenWaiting: number;
  /** What its operators do with calls that ring, one after the other, again and again: milliseconds to the answer, or nothing. */
  answers: readonly (number | "no-answer")[];
};
export type SimulatedCitizen = { office: number; atMs: number; talkMs: number; hangsUpAfterMs: number | null };

export type Office = SimulatedOffice & {
  officeId: string;
  free: OperatorId[];
  line: Map<CallId, WaitingCall>;
  rung: number;
};
export function declarationOf({ officeId, capacity }: Office): SharingDeclaration | null {
  return capacity === 0 ? null : { officeId, capacity, topics: [], languages: ["it"], hours: null };
}
