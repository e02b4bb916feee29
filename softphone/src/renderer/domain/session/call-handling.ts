/** What the operator wants done with calls of colleagues, as the box keeps it. */
export type ForwardTarget = { kind: "operator"; operatorLogin: string } | { kind: "queue"; queueId: string };

export type CallHandling = {
  doNotDisturb: boolean;
  /** A second call of a colleague rings during a call. */
  callWaiting: boolean;
  always: ForwardTarget | null;
  busy: ForwardTarget | null;
  noAnswer: { target: ForwardTarget; afterSeconds: number } | null;
};

/** Seconds of ringing that may be chosen before a call goes on. */
export const ringChoices = [5, 10, 15, 20, 30, 45, 60] as const;

/** A target as the value of a choice, and back. */
export function choiceOf(target: ForwardTarget | null): string {
  if (target === null) return "none";
  return target.kind === "queue" ? `queue:${target.queueId}` : `operator:${target.operatorLogin}`;
}

export function targetOf(choice: string): ForwardTarget | null {
  const [kind = "", ...rest] = choice.split(":");
  const name = rest.join(":");
  if (name === "") return null;
  return kind === "queue" ? { kind: "queue", queueId: name } : { kind: "operator", operatorLogin: name };
}

/** How many rules send calls elsewhere. */
export function forwardsIn({ always, busy, noAnswer }: CallHandling): number {
  return [always, busy, noAnswer].filter((rule) => rule !== null).length;
}
