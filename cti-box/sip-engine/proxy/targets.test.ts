import { describe, expect, it } from "vitest";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipResponse } from "../message/sip-message.ts";
import { betterOf, type Candidate } from "./best-response.ts";
import { comparable, redirectsOf } from "./targets.ts";

function redirection(status: number, ...contacts: string[]): SipResponse {
  const headers = new HeaderList();
  for (const contact of contacts) headers.append("Contact", contact);
  return { kind: "response", status, reason: "", headers, body: noBody };
}

describe("targets of a redirection", () => {
  it.each([
    [
      "by preference, as listed where equal",
      ["<sip:a@x>;q=0.2, <sip:b@x>", "<sip:c@x>;q=1.0"],
      ["sip:b@x", "sip:c@x", "sip:a@x"],
    ],
    ["without headers that the redirecting side would put into the request", ["<sip:a@x?Replaces=1>"], ["sip:a@x"]],
    ["nothing that cannot be called from here", ["<mailto:a@x>, <tel:+39>, *, <>", "garbage"], []],
    ["last where the preference is nonsense", ["<sip:a@x>;q=nan, <sip:b@x>;q=0.1"], ["sip:b@x", "sip:a@x"]],
  ])("%s", (_what, contacts, uris) => {
    expect(redirectsOf(redirection(302, ...contacts)).map(({ uri }) => uri)).toEqual(uris);
  });

  it("are there in a 3xx only", () => {
    expect(redirectsOf(redirection(485, "<sip:a@x>"))).toEqual([]);
  });

  it.each([
    ["SIP:Bob@X.Example", "sip:Bob@x.example", true],
    ["sip:bob@x", "sip:Bob@x", false],
    ["sip:bob@x;transport=tcp", "sip:bob@x;transport=TCP;lr", true],
    ["sip:bob@x;transport=tcp", "sip:bob@x", false],
    ["sip:bob@x:5060", "sip:bob@x", false],
    ["sips:bob@x", "sip:bob@x", false],
  ])("%s and %s are the same: %s", (one, other, isSame) => {
    expect(comparable(one) === comparable(other)).toBe(isSame);
  });
});

describe("the best answer", () => {
  const given = (status: number, branch: number): Candidate => ({ status, branch, from: "target" });

  it("is a 6xx, then what the caller can act on, then by class, of equals the first; one of the engine's own is the last", () => {
    const order = [600, 302, 407, 404, 500];
    for (const [index, better] of order.entries()) {
      for (const worse of order.slice(index + 1)) {
        expect(betterOf(given(better, 0), given(worse, 1)).status).toBe(better);
        expect(betterOf(given(worse, 0), given(better, 1)).status).toBe(better);
      }
      expect(betterOf({ status: 503, branch: 1, from: "engine" }, given(better, 0)).status).toBe(better);
    }
    expect(betterOf(given(486, 0), given(480, 1)).branch).toBe(0);
    expect(betterOf(null, given(480, 1)).branch).toBe(1);
  });
});
