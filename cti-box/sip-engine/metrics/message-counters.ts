/** How many messages passed, by direction, transport, and method or status: one addition for each message, in a table that is there from the start. */
import type { Direction, MessageTap } from "../watch/tap.ts";
import type { Family, Sample } from "./exposition.ts";

const transports = ["udp", "tcp", "tls", "ws", "wss"];
const directions: readonly Direction[] = ["received", "sent"];
/** Other methods share one row: strangers make up as many as they like. */
const methods =
  "INVITE ACK BYE CANCEL REGISTER OPTIONS INFO PRACK UPDATE REFER NOTIFY SUBSCRIBE MESSAGE PUBLISH other".split(" ");
const statuses = { first: 100, count: 600 } as const;
const unreadable = -1;

const transportIndex = new Map(transports.map((name, index) => [name, index]));
const methodIndex = new Map(methods.map((name, index) => [name, index]));
const longestMethod = Math.max(...methods.map(({ length }) => length));

export class MessageCounters {
  readonly #requests = new Float64Array(directions.length * transports.length * methods.length);
  readonly #responses = new Float64Array(directions.length * transports.length * statuses.count);
  readonly #bytes = new Float64Array(directions.length * transports.length);

  readonly tap: MessageTap = (direction, bytes, flow) => {
    const row = (direction === "received" ? 0 : transports.length) + (transportIndex.get(flow.protocol) ?? 0);
    this.#bytes[row] = (this.#bytes[row] ?? 0) + bytes.length;
    const status = statusOf(bytes);
    if (status === unreadable) {
      const index = row * methods.length + methodOf(bytes);
      this.#requests[index] = (this.#requests[index] ?? 0) + 1;
    } else {
      const index = row * statuses.count + status - statuses.first;
      this.#responses[index] = (this.#responses[index] ?? 0) + 1;
    }
  };

  families(): Family[] {
    return [
      {
        name: "sip_engine_requests_total",
        help: "SIP requests that passed, copies included.",
        type: "counter",
        samples: samplesOf(this.#requests, "method", (index) => methods[index] ?? ""),
      },
      {
        name: "sip_engine_responses_total",
        help: "SIP responses that passed, copies included.",
        type: "counter",
        samples: samplesOf(this.#responses, "status", (index) => String(index + statuses.first)),
      },
      {
        name: "sip_engine_message_bytes_total",
        help: "Bytes of SIP messages that passed.",
        type: "counter",
        samples: samplesOf(this.#bytes, null, () => ""),
      },
    ];
  }
}

/** What was counted; rows that never came are left out. */
function samplesOf(counts: Float64Array, label: string | null, nameOf: (index: number) => string): Sample[] {
  const columns = counts.length / (directions.length * transports.length);
  const samples: Sample[] = [];
  for (const [index, value] of counts.entries()) {
    if (value === 0) continue;
    const row = Math.floor(index / columns);
    samples.push({
      labels: {
        direction: directions[Math.floor(row / transports.length)] ?? "",
        transport: transports[row % transports.length] ?? "",
        ...(label !== null && { [label]: nameOf(index % columns) }),
      },
      value,
    });
  }
  return samples;
}

const digit = (byte: number | undefined): number => (byte ?? 0) - 0x30;

/** `SIP/2.0 486 …`: 486. */
function statusOf(bytes: Buffer): number {
  if (bytes[0] !== 0x53 || bytes[3] !== 0x2f || bytes[7] !== 0x20) return unreadable;
  const status = digit(bytes[8]) * 100 + digit(bytes[9]) * 10 + digit(bytes[10]);
  return status >= statuses.first && status < statuses.first + statuses.count ? status : unreadable;
}

function methodOf(bytes: Buffer): number {
  const other = methods.length - 1;
  let end = 0;
  while (end <= longestMethod && bytes[end] !== 0x20) end += 1;
  return methodIndex.get(bytes.toString("latin1", 0, end)) ?? other;
}
