/** A message in the few words that stand on its arrow: what it is, and what of its content helps to follow a call. */

export type Described = {
  kind: "request" | "provisional" | "success" | "redirection" | "failure" | "unreadable";
  /** `INVITE`, `200 OK`, `200 OK (BYE)`. */
  label: string;
  /** `sdp sendonly`, `sip:bob@…`, `Q.850 16`; empty: nothing worth a word. */
  hint: string;
  cseq: string;
};

const statusLine = /^SIP\/2\.0 +(\d{3})(?: +(.*))?$/i;
const requestLine = /^([A-Za-z0-9\-.!%*_+`'~]+) +(\S+) +SIP\/2\.0$/i;

/** Reads what it can; a message that is none is `unreadable`. */
export function describeMessage(text: string): Described {
  const message = readLoosely(text);
  const cseq = message.header("cseq");
  const method = /\s(\S+)\s*$/.exec(cseq)?.[1] ?? "";
  const status = statusLine.exec(message.startLine);
  if (status !== null) {
    const code = Number(status[1]);
    const words = `${code} ${status[2] ?? ""}`.trim();
    const isClear = method === "INVITE" || method === "" || code < 200;
    return { kind: kindOf(code), label: isClear ? words : `${words} (${method})`, hint: hintOf(message, ""), cseq };
  }
  const request = requestLine.exec(message.startLine);
  if (request === null) return { kind: "unreadable", label: "not readable as SIP", hint: "", cseq };
  return { kind: "request", label: request[1] ?? "", hint: hintOf(message, request[1] ?? ""), cseq };
}

function kindOf(status: number): Described["kind"] {
  if (status < 200) return "provisional";
  if (status < 300) return "success";
  return status < 400 ? "redirection" : "failure";
}

type Loose = { startLine: string; header(name: string): string; body: string };

const compactNames: Record<string, string> = { "content-type": "c", "refer-to": "r", "call-id": "i" };

function readLoosely(text: string): Loose {
  const [head = "", ...rest] = text.split(/\r?\n\r?\n/);
  const lines = head.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const header = (name: string): string => {
    for (const line of lines.slice(1)) {
      const colon = line.indexOf(":");
      const written = line.slice(0, colon).trim().toLowerCase();
      if (written === name || written === compactNames[name]) return line.slice(colon + 1).trim();
    }
    return "";
  };
  return { startLine: lines[0] ?? "", header, body: rest.join("\r\n\r\n") };
}

function hintOf(message: Loose, method: string): string {
  const hints: string[] = [];
  const type = message.header("content-type").split(";")[0]?.trim().toLowerCase() ?? "";
  if (message.header("replaces") !== "") hints.push("replaces");
  if (message.header("authorization") + message.header("proxy-authorization") !== "") hints.push("auth");
  const referTo = /<?((?:sips?|tel):[^>\s?]+)/i.exec(message.header("refer-to"))?.[1];
  if (referTo !== undefined)
    hints.push(`to ${referTo}${/replaces/i.test(message.header("refer-to")) ? " replaces" : ""}`);
  hints.push(bodyHint(type, message.body, method));
  if (method === "BYE" || method === "CANCEL") hints.push(reasonHint(message.header("reason")));
  if (/^30\d/.test(message.startLine.slice(8))) hints.push(`to ${message.header("contact")}`);
  return hints.filter((hint) => hint !== "").join(" · ");
}

function bodyHint(type: string, body: string, method: string): string {
  if (method === "MESSAGE") return `text, ${Buffer.byteLength(body)} bytes`;
  if (body === "") return "";
  if (type.startsWith("application/dtmf")) return "key press";
  if (type.startsWith("message/sipfrag")) return (body.split(/\r?\n/)[0] ?? "").replace(/^SIP\/2\.0 /i, "");
  if (type !== "application/sdp" && !/^v=0\r?$/m.test(body)) return type;
  const direction = /^a=(sendonly|recvonly|inactive)\r?$/m.exec(body)?.[1];
  return direction === undefined ? "sdp" : `sdp ${direction}`;
}

/** RFC 3326: the words, or protocol and cause. */
function reasonHint(reason: string): string {
  const words = /;\s*text="([^"]*)"/i.exec(reason)?.[1];
  const cause = /^([\w.]+)\s*;.*?\bcause=(\d+)/i.exec(reason);
  if (cause === null) return words ?? "";
  return `${cause[1]} ${cause[2]}${words === undefined ? "" : ` ${words}`}`;
}
