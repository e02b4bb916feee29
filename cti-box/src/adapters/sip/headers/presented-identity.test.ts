/** Who a far end says that it is: read from what may come in the middle of a call. */
import { describe, expect, test } from "vitest";
import { readPresented } from "./presented-identity.ts";
import type { SipMessage } from "../drachtio.ts";

const known = "sip:urp@due.example";
const request = (headers: Record<string, string>): SipMessage => ({
  get: (name) => headers[name],
  has: (name) => name in headers,
  body: undefined,
  payload: [],
});
const person = (change: object) => ({ number: null, displayName: null, isWithheld: false, ...change });

describe("a request in the dialog", () => {
  test.each([
    ["with the From that is known", { from: `<${known}>;tag=x` }, null],
    [
      "with another From",
      { from: '"Comune Tre" <sip:x_test3@tre.example>;tag=x' },
      person({ displayName: "Comune Tre" }),
    ],
    ["with another bare From", { from: "sip:+390612345678@tre.example;tag=x" }, person({ number: "+390612345678" })],
    [
      "with P-Asserted-Identity, which is believed rather",
      { from: "<sip:a@b.example>;tag=x", "p-asserted-identity": '"Carla" <sip:+393331234567@x>, <tel:+393331234567>' },
      person({ number: "+393331234567", displayName: "Carla" }),
    ],
    [
      "that withholds it",
      { from: `<${known}>;tag=x`, "p-asserted-identity": "<sip:+393331234567@x>", privacy: "id" },
      person({ isWithheld: true }),
    ],
    ["from Anonymous", { from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=x' }, person({ isWithheld: true })],
    ["with control characters", { from: '"A\u0007B" <sip:a@b.example>;tag=x' }, person({ displayName: "A B" })],
    [
      "with a name without end",
      { from: `"${"n".repeat(200)}" <sip:a@b.example>;tag=x` },
      person({ displayName: "n".repeat(120) }),
    ],
    ["with a name that nobody has", { from: `"${"n".repeat(2000)}" <sip:a@b.example>;tag=x` }, null],
    ["with rubbish", { from: `<${known}>;tag=x`, "p-asserted-identity": "<<>>;;" }, null],
    ["without anything", {}, null],
  ])("%s", (_what, headers, presented) => {
    expect(readPresented(request(headers as Record<string, string>), known)).toEqual(presented);
  });
});
