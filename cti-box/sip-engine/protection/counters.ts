/** What was refused, by reason, since the start. Plain numbers, read by whoever shows them. */
export type ProtectionCounters = {
  /** Datagrams of banned sources; connections of banned sources that were not taken. */
  bannedDatagrams: number;
  bannedConnections: number;
  /** New requests dropped: of sources banned from making any, over the source's rate, over the rate of all strangers, too many unfinished ones. */
  bannedRequests: number;
  overSourceRate: number;
  overStrangersRate: number;
  overOpenPerSource: number;
  overOpen: number;
  /** Answered 503 instead of nothing, among the four before. */
  toldBusy: number;
  /** By their headers. */
  scanners: number;
  blocked: number;
  registersAtAddress: number;
  /** Messages that could not be read, and those of them that were not answered. */
  malformed: number;
  malformedUnanswered: number;
  /** Answers to strangers that would have cost more than came from them. */
  withheldAnswers: number;
  /** Connections not taken, over a limit. */
  overConnectionsPerSource: number;
  overConnections: number;
  bans: number;
};

export function newCounters(): ProtectionCounters {
  return {
    bannedDatagrams: 0,
    bannedConnections: 0,
    bannedRequests: 0,
    overSourceRate: 0,
    overStrangersRate: 0,
    overOpenPerSource: 0,
    overOpen: 0,
    toldBusy: 0,
    scanners: 0,
    blocked: 0,
    registersAtAddress: 0,
    malformed: 0,
    malformedUnanswered: 0,
    withheldAnswers: 0,
    overConnectionsPerSource: 0,
    overConnections: 0,
    bans: 0,
  };
}
