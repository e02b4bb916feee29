/**
 * One leg of a call as its records show it (control protocol §13):
 *
 *   attempted ─2xx─▶ started ─BYE of either side, or the engine's─▶ stopped
 *       └ refused, cancelled, no answer, or its owner gone ───────▶ stopped
 *
 * Whatever happens twice, or too late, is told once: each attempt has exactly one stop.
 */
import type { SipMessage } from "../message/sip-message.ts";

export type LegRole = "uac" | "uas" | "proxy-uac" | "proxy-uas";
export type StopReason =
  | "call-rejected"
  | "call-canceled"
  | "normal-release"
  | "session-expired"
  | "system-initiated-termination"
  | "system-error-initiated-termination";
/** Which side the message came from. */
export type CdrSource = "network" | "application";

export type CdrEvent =
  | { kind: "attempt"; source: CdrSource; message: SipMessage }
  | { kind: "start"; source: CdrSource; message: SipMessage; role: LegRole }
  | { kind: "stop"; source: CdrSource; message: SipMessage; reason: StopReason };

export class CallLeg {
  readonly #tell: (event: CdrEvent) => void;
  #state: "attempted" | "started" | "stopped" = "attempted";

  constructor(tell: (event: CdrEvent) => void, attempt: { source: CdrSource; message: SipMessage }) {
    this.#tell = tell;
    tell({ kind: "attempt", ...attempt });
  }

  start(answered: { source: CdrSource; message: SipMessage; role: LegRole }): void {
    if (this.#state !== "attempted") return;
    this.#state = "started";
    this.#tell({ kind: "start", ...answered });
  }

  stop(ended: { source: CdrSource; message: SipMessage; reason: StopReason }): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    this.#tell({ kind: "stop", ...ended });
  }
}
