/** Frames that the server sends: exact field layouts of control protocol §1 to §5 and §9. */
import { randomUUID } from "node:crypto";
import type { SipMessage } from "../message/sip-message.ts";
import { writeAsReceived, writeMessage } from "../message/write-message.ts";
import { metaProtocol, type Flow } from "../transport/flow.ts";

/** UTC time of day with microseconds, `HH:MM:SS.uuuuuu`. */
export function timeOfDay(epochMs: number = performance.timeOrigin + performance.now()): string {
  const microseconds = Math.floor(epochMs * 1_000) % 86_400_000_000;
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const seconds = Math.floor(microseconds / 1_000_000);
  return `${pad(Math.floor(seconds / 3_600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${pad(microseconds % 1_000_000, 6)}`;
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

function frame(meta: string, message?: Buffer): Buffer {
  const head = Buffer.from(message ? `${meta}\r\n` : meta);
  const length = head.length + (message?.length ?? 0);
  return message
    ? Buffer.concat([Buffer.from(`${length}#`), head, message])
    : Buffer.concat([Buffer.from(`${length}#`), head]);
}

/** `fields` after `response|msgId|`. */
export function replyFrame(messageId: string, ...fields: string[]): Buffer {
  return frame([randomUUID(), "response", messageId, ...fields].join("|"));
}

/** A request from the network outside of any dialog: with the socket that received it. */
export function newRequestFrame(message: SipMessage, flow: Flow, transactionId: string): Buffer {
  const bytes = writeAsReceived(message);
  const local = `${flow.advertised.host}|${flow.advertised.port}`;
  return frame(`${randomUUID()}|sip|network|${fromPeer(bytes.length, flow)}|${transactionId}||${local}|`, bytes);
}

/** Any other message from the network: in a dialog, a response, a CANCEL, an ACK. */
export function networkFrame(
  message: SipMessage,
  flow: Flow,
  ids: { transactionId: string; dialogId: string },
): Buffer {
  const bytes = writeAsReceived(message);
  return frame(
    `${randomUUID()}|sip|network|${fromPeer(bytes.length, flow)}|${ids.transactionId}|${ids.dialogId}|`,
    bytes,
  );
}

/** A response that the engine made because none came (408, 503): no address, no bytes (§2). */
export function localResponseFrame(
  message: SipMessage,
  flow: Flow,
  ids: { transactionId: string; dialogId: string },
): Buffer {
  const meta = `0|${metaProtocol(flow.protocol)}||0|${timeOfDay()}`;
  return frame(`${randomUUID()}|sip|network|${meta}|${ids.transactionId}|${ids.dialogId}|`, writeMessage(message));
}

/** A final answer that a target of a proxied request gave; without address and size where the engine made it (§8). */
export function proxyResultFrame(
  messageId: string,
  message: SipMessage,
  answer: { flow: Flow; from: "target" | "engine" },
): Buffer {
  const isOwn = answer.from === "engine";
  const bytes = writeAsReceived(message);
  const meta = isOwn
    ? `0|${metaProtocol(answer.flow.protocol)}||0|${timeOfDay()}`
    : fromPeer(bytes.length, answer.flow);
  return frame(`${randomUUID()}|response|${messageId}|OK|network|${meta}|||continue`, bytes);
}

/** Echo of a request that was sent. */
export function requestEcho(
  messageId: string,
  message: SipMessage,
  sent: { flow: Flow; transactionId: string },
): Buffer {
  const bytes = writeMessage(message);
  return frame(
    `${randomUUID()}|response|${messageId}|OK|application|${fromUs(bytes.length, sent.flow)}|${sent.transactionId}|Msg sent:|`,
    bytes,
  );
}

/** Echo of a response that was sent. */
export function responseEcho(
  messageId: string,
  message: SipMessage,
  sent: { flow: Flow; transactionId: string; dialogId: string },
): Buffer {
  const bytes = writeMessage(message);
  const meta = `${fromPeer(bytes.length, sent.flow)}|${sent.transactionId}|${sent.dialogId}||Msg sent:|`;
  return frame(`${randomUUID()}|response|${messageId}|OK|application|${meta}`, bytes);
}

/** A BYE that the engine sent on its own (§9.1). */
export function unsolicitedByeFrame(message: SipMessage, flow: Flow, dialogId: string): Buffer {
  const bytes = writeMessage(message);
  return frame(`${randomUUID()}|sip|application|${fromUs(bytes.length, flow)}|unsolicited|${dialogId}|`, bytes);
}
