/**
 * Timer values of RFC 3261 §17 and RFC 6026, in milliseconds. All follow T1 unless they are given, so that tests can run the same machines faster,
 * and an installation on a slow or a very good network can choose.
 */
export type TimerValues = {
  /** Round-trip estimate; first retransmission interval. */
  t1: number;
  /** Longest retransmission interval for non-INVITE requests and INVITE responses. */
  t2: number;
  /** Longest life of a message in the network. */
  t4: number;
  /** 64·T1: how long an answer is waited for (timers B, F, H, J, L, M). */
  timeout: number;
  /** How long an INVITE rings before the caller is told so again (RFC 3261 §13.3.1.1). */
  ringing: number;
  /** Timer D: how long a completed INVITE client transaction absorbs repeated final answers. */
  d: number;
  /** Timer C: how long a target of a proxied INVITE may ring without another word (RFC 3261 §16.6). */
  c: number;
};

export type TimerOptions = {
  /** Default 500 (RFC 3261 §17.1.1.1). */
  t1Ms?: number;
  /** Default 8·T1. */
  t2Ms?: number;
  /** Default 10·T1. */
  t4Ms?: number;
  /** How long an answer or an ACK is waited for; default 64·T1. */
  timeoutMs?: number;
  /** Default 370·T1: 185 s, above the three minutes that RFC 3261 asks for. */
  timerCMs?: number;
};

export function timerValues({ t1Ms: t1 = 500, t2Ms, t4Ms, timeoutMs, timerCMs }: TimerOptions = {}): TimerValues {
  const timeout = timeoutMs ?? t1 * 64;
  return {
    t1,
    t2: t2Ms ?? t1 * 8,
    t4: t4Ms ?? t1 * 10,
    timeout,
    ringing: t1 * 120,
    d: timeout,
    c: timerCMs ?? t1 * 370,
  };
}

const longest = { t1Ms: 10_000, t2Ms: 60_000, t4Ms: 60_000, timeoutMs: 600_000, timerCMs: 3_600_000 } as const;

/** Everything that is wrong with the given timers; an empty list where they are usable. */
export function problemsOfTimers(options: TimerOptions): string[] {
  const problems = Object.entries(longest).flatMap(([name, most]) => {
    const value = options[name as keyof TimerOptions] ?? 1;
    const isFine = value >= 1 && value <= most;
    return isFine ? [] : [`${name.replace(/Ms$/, "")}: ${value} is not between 1 and ${most} milliseconds`];
  });
  if (problems.length > 0) return problems;
  const { t1, t2, timeout } = timerValues(options);
  if (t2 < t1) problems.push(`t2: ${t2} ms is shorter than t1 (${t1} ms)`);
  if (timeout < t1) problems.push(`timeout: ${timeout} ms is shorter than t1 (${t1} ms)`);
  return problems;
}
