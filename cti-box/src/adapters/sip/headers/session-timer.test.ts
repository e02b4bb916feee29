/** What is asked for and agreed to by each wish. */
import { describe, expect, it } from "vitest";
import type { SessionTimerWish } from "../../../domain/trunk/session-timer-wish.ts";
import {
  agreedIn,
  timerAfterRefusal,
  timerOfAnswer,
  timerOfInvite,
  timerOfLaterAnswer,
  timerOfLaterRequest,
} from "./session-timer.ts";
import type { AgreedTimer, Side } from "./agreed-timer.ts";

const message = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] });
const off: SessionTimerWish = { mode: "off" };
const accept: SessionTimerWish = { mode: "accept" };
const wanted = (refresher: "us" | "them" | "auto", seconds = 600): SessionTimerWish => ({
  mode: "request",
  seconds,
  refresher,
});
const none = "replaces";
const timer = "timer, replaces";

it.each<[string, SessionTimerWish | null, object]>([
  ["nothing without a wish", null, {}],
  ["none", off, { Supported: none }],
  ["none, but knows it", accept, { Supported: timer }],
  ["one", wanted("auto"), { Supported: timer, "Session-Expires": "600", "Min-SE": "90" }],
  ["one that we refresh", wanted("us"), { Supported: timer, "Session-Expires": "600;refresher=uac", "Min-SE": "90" }],
  ["one that they do", wanted("them"), { Supported: timer, "Session-Expires": "600;refresher=uas", "Min-SE": "90" }],
])("an INVITE of ours asks for %s", (_what, wish, headers) => {
  expect(timerOfInvite(wish)).toEqual(headers);
});

describe("an answer of ours agrees", () => {
  const knows = { supported: "100rel, timer" };
  const asks = (value: string, more: Record<string, string> = {}) => ({ ...knows, "session-expires": value, ...more });
  it.each<[string, SessionTimerWish | null, Record<string, string>, string | undefined, string | undefined]>([
    ["as the stack likes, without a wish", null, asks("300"), undefined, undefined],
    ["to none", off, asks("300;refresher=uac"), undefined, none],
    ["to one that is required", off, asks("300;refresher=uac", { require: "timer" }), "300;refresher=uac", timer],
    ["to none that nobody asks for", accept, knows, undefined, timer],
    ["to what is asked for", accept, asks("300;refresher=uac"), "300;refresher=uac", timer],
    ["and refreshes itself where that is open", accept, asks("300"), "300;refresher=uas", timer],
    ["to its own where nobody asks", wanted("auto"), knows, "600;refresher=uas", timer],
    ["to its own, refreshed by them", wanted("them"), knows, "600;refresher=uac", timer],
    ["alone with a carrier that knows no timers", wanted("them"), {}, "600;refresher=uas", timer],
    ["to the shorter of the two", wanted("them"), asks("300;refresher=uas"), "300;refresher=uas", timer],
    ["to its own where that is shorter", wanted("them"), asks("1800"), "600;refresher=uac", timer],
    ["to nothing below Min-SE", wanted("us"), asks("1800", { "min-se": "900" }), "900;refresher=uas", timer],
  ])("%s", (...[, wish, invite, expires, supported]) => {
    const answer = timerOfAnswer(wish, message(invite));
    expect([answer["Session-Expires"], answer["Supported"]]).toEqual([expires, supported]);
    // Only of a carrier that knows what that means.
    const isRequired = expires !== undefined && (invite["supported"] ?? invite["require"]) !== undefined;
    expect(answer["Require"]).toBe(isRequired ? "timer" : undefined);
  });
});

describe("after 422", () => {
  const sent = message({ "session-expires": "600;refresher=uac", supported: timer });
  it("the carrier's interval is asked for, by the same side", () => {
    expect(timerAfterRefusal(sent, message({ "min-se": "1200" }))).toEqual({
      Supported: timer,
      "Session-Expires": "1200;refresher=uac",
      "Min-SE": "1200",
    });
  });

  it.each([
    ["no Min-SE", sent, {}],
    ["one that was kept", sent, { "min-se": "600" }],
    ["more than a day", sent, { "min-se": "86401" }],
    ["nothing was asked for", message({}), { "min-se": "1200" }],
  ])("nothing is sent again with %s", (_what, request, refusal: Record<string, string>) => {
    expect(timerAfterRefusal(request, message(refusal))).toBeNull();
  });
});

describe("inside of a call", () => {
  const theirTurn: AgreedTimer = { seconds: 600, refresher: "them" };

  it.each<[string, string | undefined, Side, AgreedTimer | null]>([
    ["nothing", undefined, "us", null],
    ["nothing that can be read", "soon", "us", null],
    ["that we refresh", "600;refresher=uac", "us", { seconds: 600, refresher: "us" }],
    ["that they do", "600;refresher=uas", "us", theirTurn],
    ["that they do, who asked", "600;refresher=uac", "them", theirTurn],
    ["that we do, who were asked", "600; refresher=uas", "them", { seconds: 600, refresher: "us" }],
    ["without a word that whoever asked does", "600", "them", theirTurn],
  ])("an answer says %s", (...[, value, asker, agreed]) => {
    expect(agreedIn(message(value === undefined ? {} : { "session-expires": value }), asker)).toEqual(agreed);
  });

  it("a request of ours says again what holds, and nothing where that is not known", () => {
    expect(timerOfLaterRequest(theirTurn)).toEqual({ "Session-Expires": "600;refresher=uas", Supported: "timer" });
    expect(timerOfLaterRequest(null)).toEqual({});
  });

  it.each<[string, AgreedTimer | null, string | undefined, string | undefined]>([
    ["as they ask", null, "300;refresher=uac", "300;refresher=uac"],
    ["as before where they leave it open", theirTurn, "300", "300;refresher=uac"],
    ["nothing where it is not known how it was before", null, "300", undefined],
    ["nothing where they ask for none", theirTurn, undefined, undefined],
  ])("an answer of ours says %s", (...[, agreed, asked, said]) => {
    const request = message(asked === undefined ? {} : { "session-expires": asked });
    const answer = timerOfLaterAnswer(request, agreed);
    expect([answer["Session-Expires"], answer["Require"]]).toEqual([said, said === undefined ? undefined : "timer"]);
  });
});
