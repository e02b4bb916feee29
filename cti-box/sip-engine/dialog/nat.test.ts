import { describe, expect, it } from "vitest";
import type { Flow } from "../transport/flow.ts";
import type { NatDetection } from "./dialog-options.ts";
import { lastingFlow, type PeerSeen } from "./nat.ts";

const udp = { protocol: "udp", remoteAddress: "203.0.113.7", remotePort: 40_000 } as Flow;
const tcp = { protocol: "tcp", remoteAddress: "203.0.113.7", remotePort: 40_000 } as Flow;
const from = (sent: PeerSeen["sent"], contact?: string, routeSet: string[] = []): PeerSeen => ({
  source: udp,
  routeSet,
  contact,
  sent,
});
const proxy = "<sip:203.0.113.1;lr>";
const inside = "<sip:10.0.0.1:5060;lr>";

describe("the way that a dialog keeps", () => {
  type Row = [name: string, seen: PeerSeen, detection: NatDetection, expected: Flow | null];
  const rows: Row[] = [
    ["a connection", { ...from("request", "<sip:a@10.0.0.5>"), source: tcp }, "off", tcp],
    ["Contact and source agree", from("request", "<sip:a@203.0.113.7:40000>"), "usual", null],
    ["another host in the Contact", from("request", "<sip:a@10.0.0.5:40000>"), "usual", udp],
    ["another port in the Contact", from("request", "<sip:a@203.0.113.7:5060>"), "usual", udp],
    ["no port in the Contact", from("request", "<sip:a@203.0.113.7>"), "usual", null],
    ["a name in the Contact", from("request", "<sip:a@phone.invalid>"), "usual", udp],
    ["no Contact", from("request"), "usual", udp],
    ["a proxy between", from("request", "<sip:a@10.0.0.5>", [proxy]), "usual", null],
    ["a proxy between, nat=yes in the Contact", from("request", "<sip:a@10.0.0.5>;nat=yes", [proxy]), "usual", null],
    ["the same, believed", from("request", "<sip:a@10.0.0.5>;nat=yes", [proxy]), "aggressive", udp],
    [
      "nat=yes in a Record-Route",
      from("request", "<sip:a@10.0.0.5>", ["<sip:203.0.113.1;nat=yes;lr>"]),
      "aggressive",
      udp,
    ],
    ["nat=yesterday", from("request", "<sip:a@10.0.0.5>", ["<sip:203.0.113.1;nat=yesterday;lr>"]), "aggressive", null],
    ["an answer from elsewhere", from("response", "<sip:b@10.0.0.5>"), "usual", udp],
    ["an answer through a public proxy", from("response", "<sip:b@10.0.0.5>", [proxy]), "usual", null],
    ["an answer whose first route is private", from("response", "<sip:b@10.0.0.5>", [inside, proxy]), "usual", udp],
    [
      "an answer with a private route behind a public one",
      from("response", "<sip:b@x>", [proxy, inside]),
      "usual",
      null,
    ],
    ["a request whose first route is private", from("request", "<sip:b@10.0.0.5>", [inside]), "usual", null],
    ["detection is off", from("response", "<sip:b@10.0.0.5>;nat=yes", [inside]), "off", null],
  ];
  it.each(rows)("%s", (...[, seen, detection, expected]) => {
    expect(lastingFlow(seen, detection)).toBe(expected);
  });
});
