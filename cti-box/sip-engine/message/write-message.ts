/** Strict writer: one spelling, CRLF, Content-Length always true (RFC 3261 §7, §20.14). */
import { headerSpelling, trimBlanks } from "./header-list.ts";
import { noBody, type SipMessage } from "./sip-message.ts";

/** No header value may smuggle in a line of its own. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? trimBlanks(value.replace(/[\r\n]+\s*/g, " ")) : value;
}

/** A Contact that a peer wrote with blanks becomes the request-URI of requests to it: they are escaped, or the line would have other parts. */
function oneWord(uri: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are what is looked for
  return /[\u0000-\u0020\u007f]/.test(uri) ? uri.replace(/[\u0000-\u0020\u007f]/g, encodeURIComponent) : uri;
}

export function startLineOf(message: SipMessage): string {
  return message.kind === "request"
    ? `${message.method} ${oneWord(message.uri)} SIP/2.0`
    : `SIP/2.0 ${message.status} ${oneLine(message.reason)}`;
}

/**
 * A message as it is written, start line to empty line as text: made once for the network, for the application and for whatever has to be sent again. Text, because
 * it is kept in less memory than bytes of its own, and lives for as long as somebody holds it without holding more.
 */
export type Written = { readonly head: string; readonly body: Buffer };

/** The message in our spelling. */
export function written(message: SipMessage): Written {
  let head = `${startLineOf(message)}\r\n`;
  for (const header of message.headers) {
    if (header.key !== "content-length") head += `${headerSpelling(header.key)}: ${oneLine(header.value)}\r\n`;
  }
  return withBody(head, message.body);
}

/** A received message, names spelled as they came: what the application gets to see. */
export function writtenAsReceived(message: SipMessage): Written {
  const { asReceived } = message.headers;
  let head = `${startLineOf(message)}\r\n`;
  if (asReceived !== null) return withBody(head + asReceived, message.body);
  for (const header of message.headers) {
    if (header.key !== "content-length") head += `${header.name}: ${oneLine(header.value)}\r\n`;
  }
  return withBody(head, message.body);
}

function withBody(head: string, body: Buffer): Written {
  return { head: `${head}Content-Length: ${body.length}\r\n\r\n`, body };
}

/** Length of the message in bytes. */
export function lengthOf({ head, body }: Written): number {
  return Buffer.byteLength(head) + body.length;
}

export function bytesOf({ head, body }: Written): Buffer {
  if (body.length === 0) return Buffer.from(head);
  const length = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(length + body.length);
  bytes.write(head);
  body.copy(bytes, length);
  return bytes;
}

/** With its body in memory of its own: a slice of a shared buffer would keep all of that buffer alive. */
export function ownCopy({ head, body }: Written): Written {
  if (body.length === 0) return { head, body: noBody };
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return { head, body: copy };
}

export function writeMessage(message: SipMessage): Buffer {
  return bytesOf(written(message));
}

export function writeAsReceived(message: SipMessage): Buffer {
  return bytesOf(writtenAsReceived(message));
}
