import { describe, expect, it } from "vitest";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { parseContact } from "../transport/contact.ts";
import type { Flow, Protocol } from "../transport/flow.ts";
import { routesForRequest, routesForResponse, takeOwnRoutes, type OwnRoutes } from "./own-routes.ts";
import { RouteSigner } from "./route-token.ts";

const signer = new RouteSigner();

/** A flow of an engine at 192.0.2.1 (UDP 5060, TCP 5060, WS 8080) to a peer. */
function flowTo(protocol: Protocol, remoteAddress: string, remotePort: number): Flow {
  const port = protocol === "ws" ? 8080 : 5060;
  const parsed = parseContact(`sip:192.0.2.1:${port};transport=${protocol}`, {});
  const [listener] = Array.isArray(parsed) ? parsed : [];
  if (listener === undefined) throw new Error(`no contact for ${protocol}`);
  const flow = { protocol, listener, advertised: { host: "192.0.2.1", port }, remoteAddress, remotePort, id: "" };
  return { ...flow, isOpen: () => true, towardsPort: () => ({}) as Flow, send: () => undefined };
}

const udpCaller = flowTo("udp", "203.0.113.5", 5060);
const udpCallee = flowTo("udp", "203.0.113.9", 5060);
const page = flowTo("ws", "203.0.113.7", 41_000);

function invite(contact: string, more: [string, string][] = []): SipRequest {
  const headers = new HeaderList()
    .append("Via", "SIP/2.0/UDP a.example;branch=z9hG4bK1")
    .append("From", "<sip:a@x>;tag=caller")
    .append("To", "<sip:b@x>")
    .append("Call-ID", "call")
    .append("Contact", contact);
  for (const [name, value] of more) headers.append(name, value);
  return { kind: "request", method: "INVITE", uri: "sip:b@x", headers, body: noBody };
}

function ok(recorded: readonly string[], contact: string): SipResponse {
  const headers = new HeaderList().append("Contact", contact);
  for (const route of recorded) headers.append("Record-Route", route);
  return { kind: "response", status: 200, reason: "OK", headers, body: noBody };
}

/** A request of the caller's (or the callee's) with that route set, as it arrives. */
function along(routes: readonly string[], by: "caller" | "callee" = "caller", uri = "sip:target@x"): SipRequest {
  const [from, to] = by === "caller" ? ["caller", "callee"] : ["callee", "caller"];
  const headers = new HeaderList()
    .append("From", `<sip:a@x>;tag=${from}`)
    .append("To", `<sip:b@x>;tag=${to}`)
    .append("Call-ID", "call");
  for (const route of routes) headers.append("Route", route);
  return { kind: "request", method: "BYE", uri, headers, body: noBody };
}

const taken = (request: SipRequest) => takeOwnRoutes(signer, request);

describe("the engine's routes", () => {
  it.each<[string, Flow, string, [string, string][], object | null]>([
    ["a telephone that is where its Contact says: by its Contact", udpCaller, "<sip:a@203.0.113.5>", [], null],
    [
      "one behind NAT: where its packets come from",
      udpCaller,
      "<sip:a@10.0.0.5>",
      [],
      { protocol: "udp", address: "203.0.113.5", port: 5060 },
    ],
    [
      "another port than it says: where its packets come from",
      udpCaller,
      "<sip:a@203.0.113.5:5062>",
      [],
      { protocol: "udp", address: "203.0.113.5", port: 5060 },
    ],
    [
      "a page: by its connection",
      page,
      "<sip:a@x.invalid>",
      [],
      { protocol: "ws", address: "203.0.113.7", port: 41_000 },
    ],
    [
      "behind a proxy that stays on the way: by that",
      page,
      "<sip:a@x.invalid>",
      [["Record-Route", "<sip:p;lr>"]],
      null,
    ],
    [
      "behind a proxy that does not: by its Contact",
      udpCaller,
      "<sip:a@198.51.100.1>",
      [["Via", "SIP/2.0/UDP b;branch=z9hG4bK2"]],
      null,
    ],
  ])("lead back to %s", (...[, arrived, contact, more, flow]) => {
    const routes = routesForRequest(signer, invite(contact, more), { arrived, leaves: udpCallee });
    expect(routes.length).toBe(arrived === page ? 2 : 1);
    expect(taken(along(routes, "callee"))).toEqual({ use: "dialog", flow, rest: [], uri: "sip:target@x" });
  });

  it.each<[string, Flow, string, object | null]>([
    ["a telephone at its Contact", udpCallee, "<sip:b@203.0.113.9>", null],
    ["behind NAT", udpCallee, "<sip:b@192.168.1.9>", { protocol: "udp", address: "203.0.113.9", port: 5060 }],
    ["a public Contact elsewhere, perhaps behind a proxy", udpCallee, "<sip:b@198.51.100.2>", null],
    ["a page", page, "<sip:b@y.invalid>", { protocol: "ws", address: "203.0.113.7", port: 41_000 }],
  ])("lead on to %s", (...[, leaves, contact, flow]) => {
    const request = invite("<sip:a@203.0.113.5>");
    const sides = { arrived: udpCaller, leaves };
    const sent = routesForRequest(signer, request, sides);
    const instead = routesForResponse(signer, { request, response: ok(sent, contact), sent }, sides);
    expect(instead?.length).toBe(sent.length);
    expect(taken(along((instead ?? []).toReversed()))?.flow).toEqual(flow);
  });

  it("stay as they are where somebody after the engine is on the way too, and where they came back changed", () => {
    const request = invite("<sip:a@203.0.113.5>");
    const sides = { arrived: udpCaller, leaves: page };
    const sent: OwnRoutes = routesForRequest(signer, request, sides);
    const beyond = ok(["<sip:q;lr>", ...sent], "<sip:b@y.invalid>");
    const instead = routesForResponse(signer, { request, response: beyond, sent }, sides) ?? [];
    expect(taken(along(instead.toReversed()))?.flow).toBe(null);
    const lost = ok(["<sip:q;lr>"], "<sip:b@y.invalid>");
    expect(routesForResponse(signer, { request, response: lost, sent }, sides)).toBe(null);
  });

  it("are all taken off where a request came through here more than once; the next one's stay", () => {
    const request = invite("<sip:a@203.0.113.5>");
    const once = routesForRequest(signer, request, { arrived: page, leaves: udpCallee });
    const twice = routesForRequest(signer, request, { arrived: udpCallee, leaves: page });
    const other = routesForRequest(new RouteSigner(), request, { arrived: udpCaller, leaves: udpCallee });
    const request2 = along([...once, ...twice, ...other, "<sip:q;lr>"]);
    expect(taken(request2)?.rest).toEqual([...other, "<sip:q;lr>"]);
    expect(taken(along([...other, ...once]))).toBe(null);
    expect(taken(along(["<sip:q;lr>", ...once]))).toBe(null);
    expect(taken(along([]))).toBe(null);
  });

  it("are found in the request-URI after a strict router, and the request-URI at the end of the routes", () => {
    const [route = ""] = routesForRequest(signer, invite("<sip:a@203.0.113.5>"), {
      arrived: udpCaller,
      leaves: udpCallee,
    });
    const strict = along(["<sip:q;lr>", "<sip:b@203.0.113.9>"], "caller", route.slice(1, -1));
    expect(taken(strict)).toEqual({ use: "dialog", flow: null, rest: ["<sip:q;lr>"], uri: "sip:b@203.0.113.9" });
    expect(taken(along([], "caller", route.slice(1, -1)))).toBe(null);
  });
});
