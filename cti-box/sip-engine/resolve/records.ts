/** What DNS says about where SIP is spoken: the four record types that RFC 3263 needs. Names are lower-case, without the last dot. */

export type RecordType = "NAPTR" | "SRV" | "A" | "AAAA";

/** RFC 2782. Target "" (written `.` in a zone) says that the service is decidedly not there. */
export type SrvRecord = { priority: number; weight: number; port: number; target: string };

/** RFC 3403, as used by RFC 3263 §4.1; `flags` and `service` in lower case. */
export type NaptrRecord = {
  order: number;
  preference: number;
  flags: string;
  service: string;
  regexp: string;
  replacement: string;
};

export type RecordOf = { NAPTR: NaptrRecord; SRV: SrvRecord; A: string; AAAA: string };

export type Question = { type: RecordType; name: string };

export type AnyRecord = RecordOf[RecordType];

/** What a look-up gave: records and for how long they hold, the certainty that there are none, or no answer at all. */
export type Found =
  | { kind: "records"; records: readonly AnyRecord[]; ttlMs: number }
  | { kind: "none"; ttlMs: number }
  | { kind: "failed"; why: string };

export function questionKey({ type, name }: Question): string {
  return `${type} ${name}`;
}
