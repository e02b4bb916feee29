/**
 * Measures what the way through server and application adds to an INVITE: calls of its own, a few each second beside the load, sent and received by this process on
 * one clock. The callee refuses with 486, so that a probe is over at once.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const here = "127.0.0.4";

export type Latency = { samples: number; medianMs: number; p90Ms: number; p99Ms: number; lost: number };

/** Sends `count` INVITEs, one every `everyMs`, to the server on 127.0.0.1:`port`; they come back to a socket of this process. */
export async function probe(port: number, { count, everyMs }: { count: number; everyMs: number }): Promise<Latency> {
  const caller = createSocket("udp4");
  const callee = createSocket("udp4");
  caller.bind(0, here);
  callee.bind(0, here);
  await Promise.all([once(caller, "listening"), once(callee, "listening")]);
  const sentMs = new Map<string, number>();
  const tookMs: number[] = [];
  callee.on("message", (bytes, source) => {
    const text = bytes.toString("latin1");
    if (!text.startsWith("INVITE")) return;
    const name = /^From:[^\n]*"(probe-\d+)"/im.exec(text)?.[1] ?? "";
    const sent = sentMs.get(name);
    // Only the first copy counts.
    if (sent !== undefined && sentMs.delete(name)) tookMs.push(performance.now() - sent);
    callee.send(answer(text), source.port, source.address);
  });
  caller.on("message", (bytes, source) => {
    const text = bytes.toString("latin1");
    if (/^SIP\/2\.0 [3-6]/.test(text)) caller.send(acknowledge(text), source.port, source.address);
  });
  let number = 0;
  const done = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    number += 1;
    if (number > count) {
      clearInterval(timer);
      // What is not back after a second more counts as lost.
      setTimeout(() => done.resolve(), 1_000);
      return;
    }
    sentMs.set(`probe-${number}`, performance.now());
    caller.send(invite({ number, from: caller, to: callee, server: port }), port, "127.0.0.1");
  }, everyMs);
  await done.promise;
  caller.close();
  callee.close();
  return summary(tookMs, sentMs.size);
}

function summary(tookMs: number[], lost: number): Latency {
  const sorted = tookMs.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { samples: sorted.length, medianMs: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), lost };
}

function invite({ number, from, to, server }: { number: number; from: Socket; to: Socket; server: number }): string {
  const target = `sip:${here}-${to.address().port}@127.0.0.1:${server}`;
  const own = `${here}:${from.address().port}`;
  return [
    `INVITE ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};branch=z9hG4bKprobe${number}`,
    `From: "probe-${number}" <sip:probe@${own}>;tag=p${number}`,
    `To: <${target}>`,
    `Call-ID: probe-${number}-${process.pid}@${here}`,
    "CSeq: 1 INVITE",
    `Contact: <sip:probe@${own}>`,
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

const copied = /^(Via|From|Call-ID|CSeq):.*$/gim;

function answer(request: string): string {
  const to = /^To:.*$/im.exec(request)?.[0] ?? "To: <sip:unknown>";
  return [
    "SIP/2.0 486 Busy Here",
    ...(request.match(copied) ?? []),
    `${to};tag=busy`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

function acknowledge(response: string): string {
  const via = /^Via:.*$/im.exec(response)?.[0] ?? "";
  const rest = response.match(/^(From|To|Call-ID):.*$/gim) ?? [];
  return [
    "ACK sip:probe@127.0.0.1 SIP/2.0",
    via,
    ...rest,
    "CSeq: 1 ACK",
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}
