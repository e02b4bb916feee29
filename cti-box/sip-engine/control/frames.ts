/** Frames that the server sends: exact field layouts of control protocol §1 to §5 and §9. */
import { randomUUID } from "node:crypto";
import type { SipMessage } from "../message/sip-message.ts";
import { lengthOf, written, writtenAsReceived, type Written } from "../message/write-message.ts";
import { toldWith } from "../tls/tls-peer.ts";
import { metaProtocol, type Flow } from "../transport/flow.ts";
import type { Frame } from "./frame.ts";

/** Frames of the server are never quoted by the application: their names have to differ, nothing more. A counter behind a start that nobody else has. */
const namePrefix = randomUUID().slice(0, 24);
const nameStart = 0x1000_0000_0000;
let named = 0;

function frameName(): string {
  named += 1;
  return namePrefix + (nameStart + named).toString(16);
}

/** The second that was written last, and its text: most frames of a busy engine come in the same one. */
let lastSecond = -1;
let lastSecondText = "";

/** UTC time of day with microseconds, `HH:MM:SS.uuuuuu`. */
export function timeOfDay(epochMs: number = performance.timeOrigin + performance.now()): string {
  const microseconds = Math.floor(epochMs * 1_000) % 86_400_000_000;
  const second = Math.floor(microseconds / 1_000_000);
  if (second !== lastSecond) {
    const pad = (value: number): string => String(value).padStart(2, "0");
    lastSecondText = `${pad(Math.floor(second / 3_600))}:${pad(Math.floor(second / 60) % 60)}:${pad(second % 60)}.`;
    lastSecond = second;
  }
  // With a digit in front that is cut off again, no zero has to be put there.
  return lastSecondText + String(1_000_000 + (microseconds % 1_000_000)).slice(1);
}

/** Six-field meta group of a message from the network: the peer. */
function fromPeer(bytes: number, flow: Flow): string {
  return `${bytes}|${metaProtocol(flow.protocol)}|${flow.remoteAddress}|${flow.remotePort}|${timeOfDay()}`;
}

/** Meta group of a request of ours: our own address for datagrams, the peer's for a connection (§2). */
function fromUs(bytes: number, flow: Flow): string {
  const place =
    flow.protocol === "udp"
      ? `${flow.advertised.host}|${flow.advertised.port}`
      : `${flow.remoteAddress}|${flow.remotePort}`;
  return `${bytes}|${metaProtocol(flow.protocol)}|${place}|${timeOfDay()}`;
}

/** `fields` after `response|msgId|`. */
export function replyFrame(messageId: string, ...fields: string[]): Frame {
  return { meta: `${frameName()}|response|${messageId}|${fields.join("|")}`, message: null };
}

/** As it came, and with who its sender proved to be where it did (`tls/tls-peer.ts`). */
function writtenFromPeer(message: SipMessage, { tlsPeer }: Flow): Written {
  return writtenAsReceived(tlsPeer && message.kind === "request" ? toldWith(message, tlsPeer) : message);
}

/** A request from the network outside of any dialog: with the socket that received it. */
export function newRequestFrame(message: SipMessage, flow: Flow, transactionId: string): Frame {
  const text = writtenFromPeer(message, flow);
  const local = `${flow.advertised.host}|${flow.advertised.port}`;
  return {
    meta: `${frameName()}|sip|network|${fromPeer(lengthOf(text), flow)}|${transactionId}||${local}|`,
    message: text,
  };
}

/** Any other message from the network: in a dialog, a response, a CANCEL, an ACK. */
export function networkFrame(message: SipMessage, flow: Flow, ids: { transactionId: string; dialogId: string }): Frame {
  const text = writtenFromPeer(message, flow);
  return {
    meta: `${frameName()}|sip|network|${fromPeer(lengthOf(text), flow)}|${ids.transactionId}|${ids.dialogId}|`,
    message: text,
  };
}

/** A response that the engine made because none came (408, 503): no address, no bytes (§2). */
export function localResponseFrame(
  message: SipMessage,
  flow: Flow,
  ids: { transactionId: string; dialogId: string },
): Frame {
  const meta = `0|${metaProtocol(flow.protocol)}||0|${timeOfDay()}`;
  return {
    meta: `${frameName()}|sip|network|${meta}|${ids.transactionId}|${ids.dialogId}|`,
    message: written(message),
  };
}

/** A final answer that a target of a proxied request gave; without address and size where the engine made it (§8). */
export function proxyResultFrame(
  messageId: string,
  message: SipMessage,
  answer: { flow: Flow; from: "target" | "engine" },
): Frame {
  const isOwn = answer.from === "engine";
  const text = writtenAsReceived(message);
  const meta = isOwn
    ? `0|${metaProtocol(answer.flow.protocol)}||0|${timeOfDay()}`
    : fromPeer(lengthOf(text), answer.flow);
  return { meta: `${frameName()}|response|${messageId}|OK|network|${meta}|||continue`, message: text };
}

/** Echo of a request that was sent. */
export function requestEcho(messageId: string, message: Written, sent: { flow: Flow; transactionId: string }): Frame {
  const meta = `${fromUs(lengthOf(message), sent.flow)}|${sent.transactionId}|Msg sent:|`;
  return { meta: `${frameName()}|response|${messageId}|OK|application|${meta}`, message };
}

/** Echo of a response that was sent. */
export function responseEcho(
  messageId: string,
  message: Written,
  sent: { flow: Flow; transactionId: string; dialogId: string },
): Frame {
  const meta = `${fromPeer(lengthOf(message), sent.flow)}|${sent.transactionId}|${sent.dialogId}||Msg sent:|`;
  return { meta: `${frameName()}|response|${messageId}|OK|application|${meta}`, message };
}

/** A BYE that the engine sent on its own (§9.1). */
export function unsolicitedByeFrame(message: SipMessage, flow: Flow, dialogId: string): Frame {
  const text = written(message);
  const meta = `${fromUs(lengthOf(text), flow)}|unsolicited|${dialogId}|`;
  return { meta: `${frameName()}|sip|application|${meta}`, message: text };
}

/** A call detail record (§13); `more`: the role of a start, the reason of a stop. */
export function cdrFrame(name: string, event: { source: string; message: SipMessage }, more: string | null): Frame {
  const meta = `${frameName()}|${name}|${event.source}|${timeOfDay()}${more === null ? "" : `|${more}`}`;
  return { meta, message: writtenAsReceived(event.message) };
}
