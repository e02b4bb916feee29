/** A call as a trace keeps it: a citizen's call to an operator's page, held and transferred to another office. For the ladder's tests. */
import type { PartyName, StoryOrder } from "../trace/ladder/ladder-steps.ts";
import type { TracedCall, TracedMessage } from "../trace/traced-call.ts";

type Said = { at: number; to?: "us"; start: string; cseq: string; more?: string[]; body?: string };

const held = "v=0\r\na=sendonly\r\n";
const open = "v=0\r\n";
const sdp = ["Content-Type: application/sdp"];

function leg(callId: string, { remote, protocol }: { remote: string; protocol: string }, said: Said[]): TracedCall {
  const messages = said.map(({ at, to, start, cseq, more = [], body = "" }): TracedMessage => {
    const head = [start, `Call-ID: ${callId}`, `CSeq: ${cseq}`, ...more, `Content-Length: ${body.length}`];
    return {
      atUs: 1_764_111_600_000_000 + Math.round(at * 1e6),
      direction: to === "us" ? "received" : "sent",
      protocol,
      local: "127.0.0.11:8405",
      remote,
      text: `${head.join("\r\n")}\r\n\r\n${body}`,
    };
  });
  return { callId, leftOut: 0, messages };
}

const invite = (uri: string): string => `INVITE sip:${uri} SIP/2.0`;

const caller = leg("c1@127.0.0.10", { remote: "127.0.0.10:5080", protocol: "udp" }, [
  { at: 0, to: "us", start: invite("+39069…00@127.0.0.11"), cseq: "1 INVITE", more: sdp, body: open },
  { at: 0.002, start: "SIP/2.0 100 Trying", cseq: "1 INVITE" },
  { at: 0.5, to: "us", start: invite("+39069…00@127.0.0.11"), cseq: "1 INVITE", more: sdp, body: open },
  { at: 0.501, start: "SIP/2.0 100 Trying", cseq: "1 INVITE" },
  { at: 0.62, start: "SIP/2.0 180 Ringing", cseq: "1 INVITE" },
  { at: 3.2, start: "SIP/2.0 200 OK", cseq: "1 INVITE", more: sdp, body: open },
  { at: 3.21, to: "us", start: "ACK sip:127.0.0.11 SIP/2.0", cseq: "1 ACK" },
  { at: 21.3, to: "us", start: "BYE sip:127.0.0.11 SIP/2.0", cseq: "2 BYE" },
  { at: 21.301, start: "SIP/2.0 200 OK", cseq: "2 BYE" },
]);

const operator = leg("o1", { remote: "127.0.0.1:51234", protocol: "ws" }, [
  { at: 0.6, start: invite("anna@page.invalid"), cseq: "1 INVITE", more: sdp, body: open },
  { at: 0.61, to: "us", start: "SIP/2.0 180 Ringing", cseq: "1 INVITE" },
  { at: 3.19, to: "us", start: "SIP/2.0 200 OK", cseq: "1 INVITE", more: sdp, body: open },
  { at: 3.195, start: "ACK sip:anna@page.invalid SIP/2.0", cseq: "1 ACK" },
  {
    at: 12.5,
    start: "BYE sip:anna@page.invalid SIP/2.0",
    cseq: "2 BYE",
    more: ['Reason: Q.850;cause=31;text="transferred"'],
  },
  { at: 12.51, to: "us", start: "SIP/2.0 200 OK", cseq: "2 BYE" },
]);

const office = leg("x2", { remote: "127.0.0.20:8405", protocol: "udp" }, [
  { at: 10, start: invite("x_test2@la2.example"), cseq: "1 INVITE", more: sdp, body: held },
  { at: 10.001, to: "us", start: "SIP/2.0 100 trying -- your call is important to us", cseq: "1 INVITE" },
  { at: 10.2, to: "us", start: "SIP/2.0 407 Proxy Authentication Required", cseq: "1 INVITE" },
  { at: 10.201, start: "ACK sip:x_test2@la2.example SIP/2.0", cseq: "1 ACK" },
  {
    at: 10.21,
    start: invite("x_test2@la2.example"),
    cseq: "2 INVITE",
    more: [...sdp, "Proxy-Authorization: Digest x"],
    body: open,
  },
  { at: 12.4, to: "us", start: "SIP/2.0 200 OK", cseq: "2 INVITE", more: sdp, body: open },
  { at: 12.41, start: "ACK sip:x_test2@127.0.0.12 SIP/2.0", cseq: "2 ACK" },
  { at: 21.31, start: "BYE sip:x_test2@127.0.0.12 SIP/2.0", cseq: "3 BYE" },
  { at: 21.32, to: "us", start: "SIP/2.0 200 OK", cseq: "3 BYE" },
]);

const names = new Map<string, PartyName>([
  ["c1@127.0.0.10", { name: "Simulated carrier", kind: "server" }],
  ["o1", { name: "Anna Verdi", kind: "phone" }],
  ["x2", { name: "Ufficio Ambiente Regione Esempio", kind: "server" }],
]);

export const exampleCall: StoryOrder = { calls: [caller, operator, office], names, ourName: "box x_test1" };
