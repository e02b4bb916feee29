/** Strict writer: one spelling, CRLF, Content-Length always true (RFC 3261 §7, §20.14). */
import { headerSpelling } from "./header-list.ts";
import type { SipMessage } from "./sip-message.ts";

/** No header value may smuggle in a line of its own. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]+\s*/g, " ") : value;
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

/** Bytes of the message in our spelling. */
export function writeMessage(message: SipMessage): Buffer {
  let head = `${startLineOf(message)}\r\n`;
  for (const header of message.headers) {
    if (header.key !== "content-length") head += `${headerSpelling(header.key)}: ${oneLine(header.value)}\r\n`;
  }
  return withBody(head, message.body);
}

/** Bytes of a received message, names spelled as they came: what the application gets to see. */
export function writeAsReceived(message: SipMessage): Buffer {
  let head = `${startLineOf(message)}\r\n`;
  for (const header of message.headers) {
    if (header.key !== "content-length") head += `${header.name}: ${oneLine(header.value)}\r\n`;
  }
  return withBody(head, message.body);
}

function withBody(head: string, body: Buffer): Buffer {
  const text = `${head}Content-Length: ${body.length}\r\n\r\n`;
  return body.length === 0 ? Buffer.from(text) : Buffer.concat([Buffer.from(text), body]);
}
