import { expect, it } from "vitest";
import { describeMessage } from "./describe-message.ts";

const message = (start: string, headers: string[], body = ""): string => [start, ...headers, "", body].join("\r\n");

it.each([
  [message("INVITE sip:a@b SIP/2.0", ["CSeq: 1 INVITE"]), "INVITE", ""],
  [
    message("INVITE sip:a@b SIP/2.0", ["Replaces: x", "c: application/sdp"], "v=0\r\na=inactive\r\n"),
    "INVITE",
    "replaces · sdp inactive",
  ],
  [message("SIP/2.0 200 OK", ["CSeq: 1 INVITE", "Content-Type: application/sdp"], "v=0\r\n"), "200 OK", "sdp"],
  [message("SIP/2.0 200 OK", ["CSeq: 2 BYE"]), "200 OK (BYE)", ""],
  [
    message("SIP/2.0 302 Moved Temporarily", ["CSeq: 1 INVITE", "Contact: <sip:c@d>"]),
    "302 Moved Temporarily",
    "to <sip:c@d>",
  ],
  [message("REFER sip:a@b SIP/2.0", ["Refer-To: <sip:c@d?Replaces=x>"]), "REFER", "to sip:c@d replaces"],
  [
    message("NOTIFY sip:a@b SIP/2.0", ["Content-Type: message/sipfrag;version=2.0"], "SIP/2.0 200 OK\r\n"),
    "NOTIFY",
    "200 OK",
  ],
  [message("INFO sip:a@b SIP/2.0", ["Content-Type: application/dtmf-relay"], "Signal=*\r\n"), "INFO", "key press"],
  [message("MESSAGE sip:a@b SIP/2.0", ["Content-Type: text/plain"], "****"), "MESSAGE", "text, 4 bytes"],
  [
    message("CANCEL sip:a@b SIP/2.0", ['Reason: SIP;cause=200;text="Call completed elsewhere"']),
    "CANCEL",
    "SIP 200 Call completed elsewhere",
  ],
  [message("REGISTER sip:b SIP/2.0", ["Authorization: Digest x"]), "REGISTER", "auth"],
  [message("PUBLISH sip:b SIP/2.0", ["Content-Type: application/pidf+xml"], "<x/>"), "PUBLISH", "application/pidf+xml"],
  ["\u0000\u0001", "not readable as SIP", ""],
  ["", "not readable as SIP", ""],
])("%j", (text, label, hint) => {
  expect(describeMessage(text)).toMatchObject({ label, hint });
});
