/** The trace: keeps what passed and gives it out by call, secrets masked. Off, it does not exist. */
import { maskSecretsInText } from "../watch/mask-secrets.ts";
import { callIdOf, localAddressOf, nowUs, type MessageTap } from "../watch/tap.ts";
import { maskNumbers } from "./mask-numbers.ts";
import { MessageRing } from "./message-ring.ts";
import type { TraceOptions } from "./trace-options.ts";
import type { TraceAnswer, TracedCall, TraceQuery } from "./traced-call.ts";

export const usualLimits = { bytes: 32 * 1024 * 1024, messages: 50_000, messagesOfOneCall: 500 } as const;
/** Calls that one question is answered with. */
const largestAnswer = 50;

export class Trace {
  readonly tap: MessageTap;
  readonly #ring: MessageRing;

  constructor(options: TraceOptions) {
    const bytes = options.megabytes === undefined ? usualLimits.bytes : options.megabytes * 1024 * 1024;
    const ring = new MessageRing({ ...usualLimits, bytes });
    this.#ring = ring;
    this.tap = (direction, bytes, flow) => {
      const passed = {
        callId: callIdOf(bytes),
        atUs: nowUs(),
        direction,
        protocol: flow.protocol,
        local: { address: localAddressOf(flow), port: flow.listener.port },
        remote: { address: flow.remoteAddress, port: flow.remotePort },
      };
      ring.add(passed, bytes);
    };
  }

  /** Messages kept now. */
  get size(): number {
    return this.#ring.size;
  }

  answer(query: TraceQuery): TraceAnswer {
    const calls = this.#callIdsOf(query)
      .slice(0, largestAnswer)
      .map((callId) => this.#call(callId, query.numbers))
      .filter((call) => call !== null);
    return { state: "on", calls };
  }

  #callIdsOf(query: TraceQuery): readonly string[] {
    if (query.find === "calls") return query.callIds;
    const known = this.#ring.callIds();
    if (query.find === "last") return known.filter((callId) => this.#isCall(callId)).slice(0, 1);
    return known.includes(query.prefix) ? [query.prefix] : known.filter((callId) => callId.startsWith(query.prefix));
  }

  /** Registrations and questions have Call-IDs as well. */
  #isCall(callId: string): boolean {
    const first = this.#ring.get(callId)?.messages[0]?.bytes.toString("latin1") ?? "";
    return /^cseq[ \t]*:[ \t]*\d+[ \t]+INVITE/im.test(first);
  }

  #call(callId: string, numbers: TraceQuery["numbers"]): TracedCall | null {
    const kept = this.#ring.get(callId);
    if (kept === null) return null;
    const messages = kept.messages.map(({ bytes, local, remote, callId: _callId, ...passed }) => {
      const text = maskSecretsInText(bytes.toString("utf8"));
      return {
        ...passed,
        local: placeOf(local),
        remote: placeOf(remote),
        text: numbers === "shown" ? text : maskNumbers(text),
      };
    });
    return { callId, leftOut: kept.leftOut, messages };
  }
}

function placeOf({ address, port }: { address: string; port: number }): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
