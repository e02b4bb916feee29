/** All measurements of one engine, put together when somebody asks. Counting goes on in the parts themselves. */
import type { CaptureCounters } from "../capture/hep-sender.ts";
import type { ControlServer } from "../control/control-server.ts";
import type { EngineCore } from "../user-agent/engine-core.ts";
import { writeFamily, type Family, type Sample } from "./exposition.ts";
import type { MessageCounters } from "./message-counters.ts";
import type { ProcessGauges } from "./process-gauges.ts";

export type MeasuredEngine = {
  core: EngineCore;
  control: Pick<ControlServer, "waitingBytes" | "connections">;
  messages: MessageCounters;
  process: ProcessGauges;
  capture: CaptureCounters | null;
  /** Messages that the trace holds; null: there is none. */
  traced: number | null;
};

const startedAt = Date.now() / 1_000;

/** The whole page. */
export function writeMetrics(engine: MeasuredEngine): string {
  const { core, messages } = engine;
  const families = [
    ...messages.families(),
    ...workFamilies(core),
    connectionFamily(core),
    ...protectionFamilies(core),
    ...applicationFamilies(engine),
    ...nameFamilies(core),
    ...watchFamilies(engine),
    gauge("start_time_seconds", "When the engine started, seconds since the epoch.", startedAt),
  ];
  const reactions = core.context.counters.reactions.write(
    "sip_engine_application_reaction_seconds",
    "From handing an INVITE to an application until it first reacts.",
  );
  return families.map(writeFamily).join("") + reactions + engine.process.write();
}

function workFamilies(core: EngineCore): Family[] {
  const { counters } = core.context;
  const { transactions, dialogs, unacknowledged, bindings } = core.load();
  return [
    gauge("transactions", "Transactions now, those included that only wait for copies.", transactions),
    gauge("dialogs", "Dialogs now.", dialogs),
    gauge("unacknowledged_answers", "2xx answers to INVITE that wait for their ACK now.", unacknowledged),
    gauge("bindings", "Registered contacts that are reached over their own connection now.", bindings),
    counter(
      "retransmissions_sent_total",
      "Messages of ours that were sent again: no answer or no ACK came, or their request came again.",
      byLabel("kind", { request: counters.requestsRepeated, response: counters.answersRepeated }),
    ),
    counter("copies_absorbed_total", "Requests that came again and went no further.", counters.copiesAbsorbed),
  ];
}

function connectionFamily({ context }: EngineCore): Family {
  const counts = byLabel("transport", Object.fromEntries(context.transport.connections()));
  return { ...gauge("connections", "SIP connections now, by transport.", 0), samples: counts };
}

function protectionFamilies({ context }: EngineCore): Family[] {
  const { counters, bans: banned, sources, open, connections } = context.protection.snapshot();
  const { malformed, malformedUnanswered, toldBusy, bans, ...refused } = counters;
  const reasons = Object.entries(refused).map(([reason, count]) => [
    reason.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    count,
  ]);
  return [
    counter("malformed_messages_total", "Messages that could not be read or lack what all have.", malformed),
    counter("malformed_unanswered_total", "Those of them that were not answered.", malformedUnanswered),
    counter("refused_total", "What strangers were refused.", byLabel("reason", Object.fromEntries(reasons))),
    counter("told_busy_total", "New requests of strangers that were answered 503.", toldBusy),
    counter("bans_total", "Bans of sources.", bans),
    gauge("banned_sources", "Sources that are banned now.", banned.length),
    gauge("strangers", "Sources that are watched now.", sources),
    gauge("strangers_open_requests", "Unfinished requests of strangers now.", open),
    gauge("accepted_connections", "SIP connections that others made to us, now.", connections),
  ];
}

function applicationFamilies({ core, control }: MeasuredEngine): Family[] {
  const { applications } = core.context;
  const { authenticated, refused, stalled, gaps, framesReceived, framesSent } = applications.counters;
  return [
    gauge("applications", "Applications connected now.", applications.size),
    gauge("control_connections", "Connections to the control port now.", control.connections),
    gauge("control_queue_bytes", "Bytes that applications have not taken yet.", control.waitingBytes),
    counter(
      "control_connections_total",
      "Connections to the control port by their outcome.",
      byLabel("outcome", { authenticated, refused, stalled }),
    ),
    counter(
      "control_frames_total",
      "Frames between engine and applications.",
      byLabel("direction", { received: framesReceived, sent: framesSent }),
    ),
    counter("control_gap_frames_total", "Frames written only to keep others out of one read.", gaps),
  ];
}

function nameFamilies(core: EngineCore): Family[] {
  const { asked, failed } = core.context.ways.nameCounters;
  return [
    counter("dns_questions_total", "Questions put to name servers.", asked),
    counter("dns_failures_total", "Questions that no name server answered.", failed),
  ];
}

function watchFamilies({ capture, traced }: MeasuredEngine): Family[] {
  const families: Family[] = [];
  if (capture !== null) {
    const { sent, queueFull, away, tooLong } = capture;
    families.push(
      counter("capture_packets_total", "Packets given to the capture server.", sent),
      counter(
        "capture_left_out_total",
        "Messages that the capture server did not get.",
        byLabel("reason", { "queue-full": queueFull, away, "too-long": tooLong }),
      ),
    );
  }
  if (traced !== null) families.push(gauge("traced_messages", "Messages that the trace holds now.", traced));
  return families;
}

function gauge(name: string, help: string, value: number): Family {
  return { name: `sip_engine_${name}`, help, type: "gauge", samples: [{ value }] };
}

function counter(name: string, help: string, samples: number | readonly Sample[]): Family {
  const list = typeof samples === "number" ? [{ value: samples }] : samples;
  return { name: `sip_engine_${name}`, help, type: "counter", samples: list };
}

/** A sample for each reason. */
function byLabel(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
