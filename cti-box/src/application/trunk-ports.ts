/** What the application needs of carriers and of the trunks' settings. Adapters implement these; `testing/` has fakes of each. */
import type { ProbeAnswer } from "../domain/trunk/trunk-health.ts";
import type { FieldChange } from "../domain/trunk/change-settings.ts";
import type { SessionTimerWish } from "../domain/trunk/session-timer-wish.ts";
import type { TrunkSettings } from "../domain/trunk/trunk-settings.ts";
import type { Reach, TrialAnswer } from "../domain/trunk/trunk-trial.ts";
import type { RegisterAnswer } from "../domain/trunk/trunk-registration.ts";

export type RegisterOrder = {
  trunkId: string;
  /** Where the REGISTER goes. */
  registrar: string;
  user: string;
  /** 0 ends the registration. */
  expiresSeconds: number;
};

/** `credentials` null: the office is nobody there. `sessionTimer` null: as in every other call. */
export type TrunkTerms = {
  credentials: { username: string; password: string } | null;
  sessionTimer: SessionTimerWish | null;
};

/** Registers the office at a carrier with the trunk's credentials. Never rejects: what goes wrong is silence. */
export interface TrunkRegistrar {
  /** What holds with this carrier from now on, in new registrations and calls; null: the trunk is gone. */
  useTerms(trunkId: string, terms: TrunkTerms | null): void;
  register(order: RegisterOrder): Promise<RegisterAnswer>;
}

/** Asks a carrier whether it is there (OPTIONS). Never rejects: what goes wrong is silence. */
export interface TrunkProbes {
  probe(target: { uri: string; withinMs: number }): Promise<ProbeAnswer>;
}

/** A try at a carrier on an administrator's wish. */
export type TrialOrder =
  | { step: "registration"; trunkId: string; order: RegisterOrder }
  | { step: "probe"; trunkId: string; uri: string };
/** Proofs of passwords are left out of `text`. */
export type TrialMessage = { direction: "sent" | "received"; atMs: number; text: string };
export type TrialResult = { answer: TrialAnswer; messages: TrialMessage[] };

/** Never rejects. */
export interface TrunkTrials {
  tryCarrier(order: TrialOrder): Promise<TrialResult>;
}

/** `trunks`: settings that hold over the configuration's; null: taken out. `history`: the oldest first, secrets hidden. */
export type TrunkChanges = {
  trunks: { readonly [trunkId: string]: TrunkSettings | null };
  history: readonly TrunkChange[];
};
export type TrunkChange = {
  atMs: number;
  /** An operator's login, or a program. */
  by: string;
  what: "added" | "changed" | "removed" | "reset";
  trunkId: string;
  fields: readonly FieldChange[];
};

/** Both throw where the file cannot be read or written. */
export interface TrunkChangesStore {
  read(): TrunkChanges;
  write(changes: TrunkChanges): void;
}

/** The rules that the configuration's trunks are read by. */
export interface TrunkRules {
  read(
    given: unknown,
    others: readonly TrunkSettings[],
  ):
    | { ok: true; trunk: TrunkSettings }
    | { ok: false; reason: "validation"; problems: { pointer: string; detail: string }[] };
}

/** How far the network lets us come to where a SIP URI leads: names, connections, certificates. Never rejects. */
export interface CarrierReach {
  look(uri: string): Promise<Reach>;
}
