/** Timer values of RFC 3261 §17 and RFC 6026, all derived from T1 so that tests can run the same machines faster. Milliseconds. */
export type TimerValues = {
  /** Round-trip estimate; first retransmission interval. */
  t1: number;
  /** Longest retransmission interval for non-INVITE requests and INVITE responses. */
  t2: number;
  /** Longest life of a message in the network. */
  t4: number;
  /** 64·T1: how long an answer is waited for (timers B, F, H, J, L, M). */
  timeout: number;
  /** Timer D: how long a completed INVITE client transaction absorbs repeated final answers. */
  d: number;
};

/** Values for a given T1 (default 500 ms, RFC 3261 §17.1.1.1). */
export function timerValues(t1: number): TimerValues {
  return { t1, t2: t1 * 8, t4: t1 * 10, timeout: t1 * 64, d: t1 * 64 };
}
