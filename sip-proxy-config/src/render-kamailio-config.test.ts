import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeNetwork, networkOf } from "../testing/network-builder.ts";
import { comment, quoted, tableKey } from "./kamailio-text.ts";
import { type Network, type NetworkDescription, parseNetworkText } from "./network.ts";
import { renderKamailioConfig } from "./render-kamailio-config.ts";
import { routingLogic } from "./routing-logic.ts";

const folder = new URL("../", import.meta.url);

describe("the rendered configuration", () => {
  test("of the playground is the reviewed one (npm run golden -w sip-proxy-config renews it)", () => {
    const result = parseNetworkText(readFileSync(new URL("environments/playground.yaml", folder), "utf8"));
    const golden = readFileSync(new URL("golden/playground.cfg", folder), "utf8");
    expect(result.ok && renderKamailioConfig(result.network)).toBe(golden);
  });

  test("lists every box of an office and every address once as a sender", () => {
    const text = renderKamailioConfig(
      networkOf(
        describeNetwork({
          members: [
            {
              officeId: "c_a001:XY0001",
              label: "Ufficio",
              transport: "tcp",
              addresses: [{ address: "192.0.2.11" }, { address: "192.0.2.11", port: 5070 }, { address: "192.0.2.12" }],
            },
          ],
        }),
      ),
    );
    expect(text.match(/^\t\$sht\((member|office)=>.*$/gm)).toEqual([
      '\t$sht(member=>192.0.2.11) = "c_a001:XY0001";',
      '\t$sht(member=>192.0.2.12) = "c_a001:XY0001";',
      '\t$sht(office=>c-a001.xy0001.la2.example::0) = "sip:192.0.2.11:5060;transport=tcp";',
      '\t$sht(office=>c-a001.xy0001.la2.example::1) = "sip:192.0.2.11:5070;transport=tcp";',
      '\t$sht(office=>c-a001.xy0001.la2.example::2) = "sip:192.0.2.12:5060;transport=tcp";',
    ]);
  });

  test("does not let a label out of its comment, even one that no schema has seen", () => {
    const network = networkOf(describeNetwork());
    const label = '"; }\nrequest_route { forward("203.0.113.9"); }\r#!define X\u0000\u2028*/ $du';
    const [first, ...rest] = network.members;
    const hostile = { ...network, members: [{ ...first, label }, ...rest] } as Network;
    const [expected, text] = [renderKamailioConfig(network), renderKamailioConfig(hostile)];
    expect(withoutComments(text)).toBe(withoutComments(expected));
    expect(text.split("\n")).toHaveLength(expected.split("\n").length);
  });

  test("holds for any valid description nothing but known lines in front of the fixed logic", () => {
    fc.assert(
      fc.property(descriptions, (description) => {
        const text = renderKamailioConfig(networkOf(description));
        expect(text.endsWith(routingLogic)).toBe(true);
        const unknown = text.slice(0, -routingLogic.length).split("\n").filter(isUnknown);
        expect(unknown).toEqual([]);
        expect(text.match(/request_route/g)).toHaveLength(1);
      }),
    );
  });
});

describe("text in a configuration", () => {
  test("a quoted string holds its quotes and backslashes", () => {
    expect(quoted(String.raw`a"b\c`)).toBe(String.raw`"a\"b\\c"`);
    expect(() => quoted("a\nb")).toThrow("not printable");
  });

  test("a comment is one line and no directive, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(comment(text)).toMatch(/^# ?[^\p{Cc}\p{Zl}\p{Zp}]*$/u);
        expect(comment(text)).not.toMatch(/^#!/);
      }),
    );
  });

  test("a table key has no bracket, space or variable", () => {
    expect(tableKey("c-b180.la2.example")).toBe("c-b180.la2.example");
    for (const text of ["a)b", "a b", "$var(x)", "a=>b", ""]) expect(() => tableKey(text)).toThrow("not a table key");
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*# .*$/gm, "#");
}

/** What may stand before the logic: the pieces that vary are numbers, addresses, host names, office codes and comments. */
function isUnknown(line: string): boolean {
  return !knownLines.some((known) => known.test(line));
}

const knownLines = [
  /^$/,
  /^\t?# [^\p{Cc}]*$/u,
  /^#!KAMAILIO$/,
  /^listen=(udp|tcp):[\d.]+:\d+$/,
  /^alias="[a-z0-9.-]+"$/,
  /^[a-z_]+=(yes|no|off|\d+|LOG_LOCAL0)$/,
  /^loadmodule "[a-z]+\.so"$/,
  /^modparam\("[a-z]+", "[a-z_]+", (\d+|"[a-z]+(=>[a-z0-9=;]+|=-2)")\)$/,
  /^modparam\("tm", "auto_inv_100_reason", "Trying"\)$/,
  /^event_route\[htable:mod-init\] \{$/,
  /^\}$/,
  /^\t\$sht\(limit=>[a-z-]+\) = \d+;$/,
  /^\t\$sht\(member=>[\d.]+\) = "[a-z0-9_-]+(:[A-Z0-9]{6})?";$/,
  /^\t\$sht\(office=>[a-z0-9.-]+::\d\) = "sip:[\d.]+:\d+;transport=(udp|tcp)";$/,
];

const port = fc.integer({ min: 1, max: 65_535 });
const officeId = fc
  .tuple(fc.stringMatching(/^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])$/), fc.stringMatching(/^(:[A-Z0-9]{6})?$/))
  .map((parts) => parts.join(""));
const label = fc
  .string({ unit: "binary", minLength: 1, maxLength: 80 })
  .filter((text) => text.length <= 160 && !/\p{Cc}/u.test(text));

const descriptions: fc.Arbitrary<NetworkDescription> = fc
  .record({
    offices: fc.uniqueArray(fc.record({ officeId, label, port, transport: fc.constantFrom("udp", "tcp") }), {
      minLength: 1,
      maxLength: 12,
      selector: (office) => office.officeId.toLowerCase().replaceAll("_", "-"),
    }),
    domain: fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,10}){0,3}$/),
    port,
    callsPerSecond: fc.integer({ min: 1, max: 10_000 }),
  })
  .map(({ offices, domain, port, callsPerSecond }) => ({
    proxy: { domain, listen: [{ address: "198.51.100.1", port, transports: ["udp", "tcp"] }] },
    members: offices.map((office, index) => ({
      officeId: office.officeId,
      label: office.label,
      transport: office.transport,
      addresses: [{ address: `192.0.2.${index + 1}`, port: office.port }],
    })),
    limits: { callsPerSecond },
  }));
