/**
 * What the box remembers beside the journal to go on after a kill: where the dialogs and the media of its legs are, who is registered and signed in, which trunks are stopped. It holds
 * session descriptions and secrets, is of use on this machine only, and nothing of it outlives what it is about.
 */
export interface RestartMemory {
  keep(kind: RememberedKind, key: string, value: object): void;
  forget(kind: RememberedKind, key: string): void;
  kept(kind: RememberedKind): { key: string; value: unknown }[];
}
export type RememberedKind = "dialog" | "media" | "text" | "registration" | "session" | "account" | "stopped-trunk";
