import { describe, expect, test } from "vitest";
import { routeToOffice } from "../../cti-box/src/domain/transfer/network-directory.ts";
import { describeNetwork } from "../testing/network-builder.ts";
import { parseNetwork, parseNetworkText } from "./network.ts";
import { hostOfOffice } from "./office-host.ts";

function problemsOf(value: unknown): string[] {
  const result = parseNetwork(value);
  return result.ok ? [] : result.problems;
}

const member = (officeId: string, address: string, more: object = {}) => ({
  officeId,
  label: officeId,
  addresses: [{ address }],
  ...more,
});

describe("the description of a network", () => {
  test("a valid one is taken, with its defaults", () => {
    const result = parseNetwork(describeNetwork());
    expect(result).toMatchObject({
      ok: true,
      network: {
        proxy: { workers: 4, listen: [{ port: 5060 }] },
        members: [{ transport: "udp", addresses: [{ port: 5060 }] }, {}],
        limits: { callsPerSecond: 20, unreachableAfterSeconds: 4 },
      },
    });
  });

  test("JSON is taken as YAML is", () => {
    expect(parseNetworkText(JSON.stringify(describeNetwork()))).toEqual(parseNetwork(describeNetwork()));
  });

  test("every problem is told at once, with its key", () => {
    const problems = problemsOf({
      proxy: { domain: "LA2 example", listen: [{ address: "proxy.example", port: 70_000, transports: [] }], colour: 1 },
      members: [{ officeId: "B180", label: "two\nlines", addresses: [{ address: "0.0.0.0" }] }],
      limits: { callsPerSecond: 0 },
    });
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "proxy.domain",
      "proxy.listen[0].address",
      "proxy.listen[0].port",
      "proxy.listen[0].transports",
      "proxy.colour",
      "members[0].officeId",
      "members[0].label",
      "members[0].addresses[0].address",
      "limits.callsPerSecond",
    ]);
  });

  test("what only the whole shows is told together with what is wrong in itself", () => {
    const members = [member("c_a001", "192.0.2.1"), member("C 1", "x"), member("c_a001", "192.0.2.13")];
    expect(problemsOf({ ...describeNetwork(), members, limits: { callsPerSecond: 0 } })).toEqual([
      expect.stringMatching(/^members\[1\]\.officeId: /),
      expect.stringMatching(/^members\[1\]\.addresses\[0\]\.address: /),
      expect.stringMatching(/^limits\.callsPerSecond: /),
      "members[2].officeId: its host c-a001.la2.example is already that of members[0].officeId",
      "members[0].addresses[0]: 192.0.2.1 is the proxy's own address",
    ]);
  });

  test.each<[string, unknown, string]>([
    [
      "two members cannot share an address, not even on different ports",
      [
        member("c_a001", "192.0.2.11"),
        member("c_a002", "192.0.2.11", { addresses: [{ address: "192.0.2.11", port: 5070 }] }),
      ],
      "members[1].addresses[0]: 192.0.2.11 already belongs to another member (members[0].addresses[0])",
    ],
    [
      "an office is described once",
      [member("c_a001", "192.0.2.11"), member("c_a001", "192.0.2.12")],
      "members[1].officeId: its host c-a001.la2.example is already that of members[0].officeId",
    ],
    [
      "two office codes cannot have the same host name",
      [member("c_a001", "192.0.2.11"), member("c-a001", "192.0.2.12")],
      "members[1].officeId: its host c-a001.la2.example is already that of members[0].officeId",
    ],
    [
      "a code that makes no host name is told",
      [member("_a001", "192.0.2.11")],
      "members[0].officeId: its host -a001.la2.example would not be a valid host name",
    ],
    [
      "a member is not at the proxy's own address",
      [member("c_a001", "192.0.2.1")],
      "members[0].addresses[0]: 192.0.2.1 is the proxy's own address",
    ],
  ])("%s", (_fact, members, problem) => {
    expect(problemsOf({ ...describeNetwork(), members })).toEqual([problem]);
  });

  test("a member speaks only what the proxy listens on", () => {
    const description = describeNetwork({ proxy: { listen: [{ address: "192.0.2.1", transports: ["udp"] }] } });
    const members = [member("c_a001", "192.0.2.11", { transport: "tcp" })];
    expect(problemsOf({ ...description, members })).toEqual(["members[0].transport: the proxy does not listen on tcp"]);
  });

  test("one listening address is named once", () => {
    const twice = { address: "192.0.2.1", port: 5060, transports: ["udp" as const] };
    expect(problemsOf(describeNetwork({ proxy: { listen: [twice, twice] } }))).toEqual([
      "proxy.listen[1]: udp:192.0.2.1:5060 is already in proxy.listen[0]",
    ]);
  });

  test("an office with several boxes keeps them in order", () => {
    const members = [member("c_a001", "x", { addresses: [{ address: "192.0.2.12" }, { address: "192.0.2.11" }] })];
    const result = parseNetwork({ ...describeNetwork(), members });
    expect(result).toMatchObject({ network: { members: [{ addresses: [{ address: "192.0.2.12" }, {}] }] } });
  });

  test.each([
    ["proxy: [", "line 1"],
    ["a: 1\na: 2", "line 2"],
    ["", "(whole description)"],
    ["&a [*a]", "(whole description)"],
  ])("the text %j is refused with the place of its fault", (text, place) => {
    const result = parseNetworkText(text);
    expect(result.ok ? [] : result.problems[0]).toContain(place);
  });
});

describe("an office's host name", () => {
  test.each(["c_b180", "c_b180:AB12CD", "x_test1", "asl-na1_sud"])(
    "of %s is the one that a box writes into a transfer",
    (officeId) => {
      const office = { officeId, label: officeId, status: "active", sipUri: "sip:192.0.2.1" } as const;
      const network = {
        ownOfficeId: "other",
        proxy: { uri: "sip:192.0.2.1", domain: "la2.example" },
        offices: [office],
      };
      const result = routeToOffice(network, officeId);
      // Host names compare without case; the proxy looks them up in lower case.
      expect(result.ok && result.route.uri.toLowerCase()).toBe(`sip:urp@${hostOfOffice(officeId, "la2.example")}`);
    },
  );
});
