/** What a trace says of a call; plain values, so that they pass between threads and as JSON. */

export type TracedMessage = {
  /** Microseconds since the epoch. */
  atUs: number;
  direction: "received" | "sent";
  /** udp, tcp, tls, ws, wss. */
  protocol: string;
  /** `address:port` of ours and of the peer's. */
  local: string;
  remote: string;
  /** The whole message, secrets masked. */
  text: string;
};

export type TracedCall = {
  /** SIP Call-ID. */
  callId: string;
  /** Messages of it that are not kept any more. */
  leftOut: number;
  messages: TracedMessage[];
};

/** Which calls, and whether telephone numbers are shown in full. A Call-ID that is meant exactly is also found as a prefix. */
export type TraceQuery = { numbers: "masked" | "shown" } & (
  | { find: "calls"; callIds: readonly string[] }
  | { find: "prefix"; prefix: string }
  | { find: "last" }
);

export type TraceAnswer = { state: "off" } | { state: "on"; calls: TracedCall[] };
