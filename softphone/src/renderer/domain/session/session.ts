/**
 * The operator's sign-in.
 *   restoring ─▶ signed-out ⇄ signing-in ─▶ signed-in ─▶ signed-out (why)
 *                                              └──▶ taken-over (another page answers for this operator) ─take over─▶ signed-in
 */
export type Session = {
  token: string;
  expiresAt: string;
  operator: {
    login: string;
    displayName: string;
    extension: string;
    queues: readonly { queueId: string; label: string }[];
  };
  office: { officeId: string; label: string };
  sip: {
    webSocketUrl: string;
    addressOfRecord: string;
    authorizationUser: string;
    authorizationPassword: string;
    iceServers: readonly { urls: string[] }[];
  };
  crmBasePath: string | null;
};

export type SignInProblem = "wrong-credentials" | "used-link" | "too-many-attempts" | "box-away" | "expired";

export type SessionState =
  | { kind: "restoring" }
  | { kind: "signed-out"; problem: SignInProblem | null }
  | { kind: "signing-in" }
  | { kind: "signed-in"; session: Session }
  | { kind: "taken-over"; session: Session };

/** `lost` becomes `back` only after a `connected`; the first connection is `connecting`. */
export type LinkState = "idle" | "connecting" | "connected" | "lost";

export type Links = { box: LinkState; phone: LinkState; crm: LinkState };

/** `insecure`: plain HTTP on another machine, where browsers give no microphone. */
export type MicrophoneState = "unknown" | "asking" | "granted" | "denied" | "missing" | "insecure";

export type OperatorState =
  | "available"
  | "away"
  | "do-not-disturb"
  | "on-call"
  | "ringing"
  | "wrap-up"
  | "unreachable"
  | "signed-out";
export type Availability = "available" | "away";

export type SessionEvent =
  | { type: "sign-in-started" }
  | { type: "signed-in"; session: Session }
  | { type: "sign-in-failed"; problem: SignInProblem }
  | { type: "signed-out"; problem: SignInProblem | null }
  | { type: "taken-over" };

export function applySessionEvent(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case "sign-in-started":
      return state.kind === "signed-in" ? state : { kind: "signing-in" };
    case "signed-in":
      return { kind: "signed-in", session: event.session };
    case "sign-in-failed":
      return state.kind === "signing-in" || state.kind === "restoring"
        ? { kind: "signed-out", problem: event.problem }
        : state;
    case "signed-out":
      return { kind: "signed-out", problem: event.problem };
    case "taken-over":
      return state.kind === "signed-in" ? { kind: "taken-over", session: state.session } : state;
  }
}

export type OfficeEntry = {
  officeId: string;
  label: string;
  topics: readonly string[];
  languages: readonly string[];
  openState: "open" | "closed" | "unknown";
  tariff: "on-net" | "none";
  isOwnOffice: boolean;
};
export type OperatorEntry = {
  login: string;
  displayName: string;
  extension: string;
  state: OperatorState;
  /** Until when this operator waits to be called back because the colleague is free; null: does not. */
  recallUntil: string | null;
};
export type Directory = {
  offices: readonly OfficeEntry[];
  operators: readonly OperatorEntry[];
  /** The searched text as a telephone number that this operator may transfer to. */
  number: string | null;
};
