/**
 * How long a stream connection may do what (RFC 5626 §4.4.1): pure, looked at once a second, so that no message costs a timer.
 *
 *   accepted ──▶ new ─ first whole message ─▶ in use ─ nothing heard for idleS ─▶ closed
 *                 └─ none in firstMessageS ─▶ closed
 *   made by us ─▶ in use ─ nothing heard for pingS ─▶ pinged ─ anything heard ─▶ in use
 *                                                       └─ nothing in pongS, and it has answered before ─▶ closed
 *   any of them ─ a message begun and not whole after wholeMessageS ─▶ closed
 *
 * Not every peer answers keep-alives (RFC 6223): from the silence of one that never did, nothing follows.
 */
export type ConnectionTimes = {
  /** Seconds in which an accepted connection has to bring its first whole message. */
  firstMessageS: number;
  /** Seconds that a message may take from its first byte to its last. */
  wholeMessageS: number;
  /** Seconds of silence after which a connection is closed. */
  idleS: number;
  /** Seconds of silence after which we ping on a connection that we made. */
  pingS: number;
  /** Seconds that the answer to a ping may take. */
  pongS: number;
};

/** RFC 5626 §4.4.1 for the keep-alive; the rest leaves room for slow networks and none for hoarding connections. */
export const usualTimes: ConnectionTimes = {
  firstMessageS: 30,
  wholeMessageS: 15,
  idleS: 7_200,
  pingS: 100,
  pongS: 10,
};

export type Watch = {
  state: "new" | "in-use" | "pinged";
  side: "accepted" | "made";
  /** Whether the peer has ever answered a ping. */
  pongs: "unknown" | "given";
  /** Seconds of the listener's clock: when it was opened or first used, last heard, last pinged; when a message that is not whole was begun. */
  openedS: number;
  heardS: number;
  pingedS: number;
  begunS: number | null;
};

export function newWatch(side: Watch["side"], nowS: number): Watch {
  const state = side === "accepted" ? "new" : "in-use";
  return { state, side, pongs: "unknown", openedS: nowS, heardS: nowS, pingedS: nowS, begunS: null };
}

export type Verdict = "stay" | "ping" | "close";

export function verdictOn(watch: Watch, nowS: number, times: ConnectionTimes): Verdict {
  if (watch.begunS !== null && nowS - watch.begunS > times.wholeMessageS) return "close";
  switch (watch.state) {
    case "new":
      return nowS - watch.openedS > times.firstMessageS ? "close" : "stay";
    case "in-use":
      if (nowS - watch.heardS > times.idleS) return "close";
      return watch.side === "made" && nowS - watch.heardS >= times.pingS ? "ping" : "stay";
    case "pinged":
      if (nowS - watch.heardS > times.idleS) return "close";
      if (nowS - watch.pingedS <= times.pongS) return "stay";
      if (watch.pongs === "given") return "close";
      return nowS - watch.pingedS >= times.pingS ? "ping" : "stay";
  }
}
