import { describe, expect, it } from "vitest";
import { HeaderList } from "../message/header-list.ts";
import {
  agreeAsClient,
  agreeAsServer,
  allowsUpdate,
  isTooShort,
  minSecondsOf,
  sessionExpiresOf,
  writeAnswer,
  writeRequest,
  type SessionPolicy,
} from "./session-agreement.ts";

const headers = (...lines: string[]): HeaderList => {
  const list = new HeaderList();
  for (const line of lines) list.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim());
  return list;
};
const none: SessionPolicy = { refresher: "none", everyCallSeconds: null };
const knows = "Supported: 100rel, timer";

describe("Session-Expires", () => {
  it.each([
    ["1800", { seconds: 1_800, refresher: null }],
    ["1800;refresher=uas", { seconds: 1_800, refresher: "uas" }],
    [" 90 ; refresher = UAC ;x=1", { seconds: 90, refresher: "uac" }],
    ["90;refresher=me", { seconds: 90, refresher: null }],
    ["4294967295", { seconds: 1_000_000, refresher: null }],
    ["-5", null],
    ["soon", null],
    ["99999999999999", null],
  ])("%s is read", (value, expected) => {
    expect(sessionExpiresOf(headers(`Session-Expires: ${value}`))).toEqual(expected);
    expect(sessionExpiresOf(headers(`x: ${value}`))).toEqual(expected);
  });

  it("below 90 s is too short, Min-SE is never less", () => {
    expect(isTooShort(headers("Session-Expires: 89"))).toBe(true);
    expect(isTooShort(headers("Session-Expires: 90"))).toBe(false);
    expect(isTooShort(headers())).toBe(false);
    expect(minSecondsOf(headers("Min-SE: 30"))).toBe(90);
    expect(minSecondsOf(headers("Min-SE: 300"))).toBe(300);
  });
});

describe("the answer of a UAS", () => {
  type Row = [name: string, request: string[], given: string[], policy: SessionPolicy, expected: string | null];
  const rows: Row[] = [
    ["nobody asks", [knows], [], none, null],
    ["the application", [knows], ["Session-Expires: 600"], none, "600;refresher=uac"],
    ["the application, for a caller who cannot", [], ["Session-Expires: 600;refresher=uac"], none, "600;refresher=uas"],
    ["the application, too short", [knows], ["Session-Expires: 30;refresher=uas"], none, "90;refresher=uas"],
    [
      "the application, longer than asked for",
      [knows, "Session-Expires: 300"],
      ["Session-Expires: 600"],
      none,
      "300;refresher=uac",
    ],
    [
      "the application, below Min-SE",
      [knows, "Session-Expires: 900", "Min-SE: 400"],
      ["Session-Expires: 300"],
      none,
      "400;refresher=uac",
    ],
    [
      "the application, against the caller's refresher",
      [knows, "Session-Expires: 300;refresher=uac"],
      ["Session-Expires: 300;refresher=uas"],
      none,
      "300;refresher=uac",
    ],
    ["the caller, with a refresher", [knows, "Session-Expires: 300;refresher=uas"], [], none, "300;refresher=uas"],
    ["the caller, without", [knows, "Session-Expires: 300"], [], none, null],
    ["the caller, without, and requires it", ["Require: timer", "Session-Expires: 300"], [], none, "300;refresher=uac"],
    [
      "the caller, without; default uac",
      [knows, "Session-Expires: 300"],
      [],
      { ...none, refresher: "uac" },
      "300;refresher=uac",
    ],
    [
      "the caller, without; default uas",
      [knows, "Session-Expires: 300"],
      [],
      { ...none, refresher: "uas" },
      "300;refresher=uas",
    ],
    [
      "a proxy, for a caller who cannot; default uac",
      ["Session-Expires: 300"],
      [],
      { ...none, refresher: "uac" },
      "300;refresher=uas",
    ],
    ["the engine, in every call", [knows], [], { refresher: "none", everyCallSeconds: 1_800 }, "1800;refresher=uas"],
    [
      "the engine, refreshed by the caller",
      [knows],
      [],
      { refresher: "uac", everyCallSeconds: 1_800 },
      "1800;refresher=uac",
    ],
    [
      "the engine, in a call that has its own",
      [knows, "Session-Expires: 300"],
      [],
      { refresher: "uas", everyCallSeconds: 1_800 },
      "300;refresher=uas",
    ],
  ];
  const always: SessionPolicy = { refresher: "uas", everyCallSeconds: 1_800 };
  rows.push(
    ["nobody, where the application supports no timers", [knows], ["Supported: replaces"], always, null],
    [
      "nobody, although the caller asks",
      [knows, "Session-Expires: 300;refresher=uac"],
      ["Supported: replaces"],
      always,
      null,
    ],
    [
      "the caller, who requires it of an application that wants none",
      ["Require: timer", "Session-Expires: 300;refresher=uac"],
      ["Supported: replaces"],
      always,
      "300;refresher=uac",
    ],
    ["nobody, where the application leaves it to the caller", [knows], ["Supported: timer"], always, null],
    [
      "the caller, to whom the application leaves it",
      [knows, "Session-Expires: 300"],
      ["Supported: timer"],
      always,
      "300;refresher=uas",
    ],
  );
  it.each(rows)("%s", (...[, request, given, policy, expected]) => {
    const agreed = agreeAsServer(headers(...request), headers(...given), { policy, current: null });
    expect(agreed && `${agreed.seconds};refresher=${agreed.refresher}`).toBe(expected);
  });

  it.each([
    ["us", "uas"],
    ["them", "uac"],
  ] as const)("inside of a call goes on as it was: refreshed by %s", (refresher, expected) => {
    const current = { seconds: 600, refresher };
    expect(agreeAsServer(headers(knows), headers(), { policy: none, current })).toEqual({
      seconds: 600,
      refresher: expected,
    });
  });

  it("requires the extension only of a caller that knows it", () => {
    const agreed = { seconds: 90, refresher: "uas" } as const;
    const [aware, unaware] = [headers("Session-Expires: 5", "Supported: timer"), headers()];
    writeAnswer(aware, agreed, headers(knows));
    writeAnswer(unaware, agreed, headers());
    expect([...aware].map(({ name, value }) => `${name}: ${value}`)).toEqual([
      "Session-Expires: 90;refresher=uas",
      "Supported: timer",
      "Require: timer",
    ]);
    expect(unaware.has("require")).toBe(false);
  });
});

describe("a request of ours", () => {
  it("keeps what the application wrote", () => {
    const [own, open] = [headers("Session-Expires: 300;refresher=uas"), headers("Supported: timer")];
    writeRequest(own, { seconds: 1_800, refresher: "uac" });
    writeRequest(open, { seconds: 1_800, refresher: null });
    expect([...own]).toHaveLength(1);
    expect([...open].map(({ name, value }) => `${name}: ${value}`)).toEqual([
      "Supported: timer",
      "Session-Expires: 1800",
      "Min-SE: 90",
    ]);
  });

  it.each([
    ["Session-Expires: 300", none, null, { seconds: 300, refresher: "us" }],
    ["Session-Expires: 300;refresher=uac", none, null, { seconds: 300, refresher: "us" }],
    ["Session-Expires: 300;refresher=uas", none, null, { seconds: 300, refresher: "them" }],
    ["Session-Expires: 30;refresher=uas", none, null, { seconds: 90, refresher: "them" }],
    ["Subject: 1", none, null, null],
    ["Subject: 1", none, { seconds: 600, refresher: "us" }, { seconds: 600, refresher: "us" }],
    ["Subject: 1", none, { seconds: 600, refresher: "them" }, null],
    [
      "Subject: 1",
      { refresher: "none", everyCallSeconds: 1_800 },
      { seconds: 600, refresher: "them" },
      { seconds: 1_800, refresher: "us" },
    ],
  ] as const)("answered with %s", (...[line, policy, current, expected]) => {
    expect(agreeAsClient(headers(line), { request: headers(), policy, current })).toEqual(expected);
  });

  it.each([
    ["Session-Expires: 600", { seconds: 600, refresher: "us" }],
    ["Session-Expires: 600;refresher=uac", { seconds: 600, refresher: "us" }],
    ["Session-Expires: 600;refresher=uas", null],
    ["Session-Expires: 30", { seconds: 90, refresher: "us" }],
    ["Supported: timer", null],
  ] as const)("with %s, answered by a peer without session timers", (asked, expected) => {
    const policy = { refresher: "none", everyCallSeconds: 1_800 } as const;
    expect(agreeAsClient(headers(), { request: headers(asked), policy, current: null })).toEqual(expected);
  });
});

describe("Allow", () => {
  it("tells whether the peer knows UPDATE, or nothing", () => {
    expect(allowsUpdate(headers("Allow: INVITE, update"))).toBe(true);
    expect(allowsUpdate(headers("Allow: INVITE"))).toBe(false);
    expect(allowsUpdate(headers())).toBeNull();
  });
});
