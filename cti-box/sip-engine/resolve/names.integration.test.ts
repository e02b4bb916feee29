/** Names looked up at name servers: a real one (dnsmasq), and one that misbehaves. */
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseSipUri } from "../message/sip-uri.ts";
import { addressAnswer, ScriptedNames, srvAnswer } from "../testing/scripted-names.ts";
import { hasDnsmasq, ZoneServer } from "../testing/zone-server.ts";
import { destinationOf } from "./destination.ts";
import { Locator } from "./locator.ts";
import type { Spoken, Target } from "./plan-targets.ts";

const spoken: Spoken[] = [
  { protocol: "udp", v4: true, v6: true },
  { protocol: "tcp", v4: true, v6: true },
];

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

function locator(servers: string[], more: { now?: () => number; hostsPath?: string } = {}): Locator {
  const made = new Locator({
    dnsServers: servers,
    hostsPath: "/dev/null",
    random: () => 0.5,
    attemptMs: 150,
    totalMs: 1_000,
    ...more,
  });
  opened.push(made);
  return made;
}

function locate(by: Locator, uri: string): readonly Target[] | null | Promise<readonly Target[] | null> {
  const destination = destinationOf(parseSipUri(uri) ?? expect.fail());
  return destination === null ? null : by.locate(destination, spoken);
}

async function found(by: Locator, uri: string): Promise<string[]> {
  return ((await locate(by, uri)) ?? []).map((each) => `${each.protocol} ${each.address} ${each.port}`);
}

it("dnsmasq is there in CI", () => {
  if (process.env["CI"] !== undefined) expect(hasDnsmasq).toBe(true);
});

describe.skipIf(!hasDnsmasq)("a real name server", () => {
  let server: ZoneServer;

  beforeEach(async () => {
    server = await ZoneServer.start("office.example", [
      "naptr-record=office.example,10,10,s,SIP+D2T,,_sip._tcp.office.example",
      "naptr-record=office.example,10,20,s,SIP+D2U,,_sip._udp.office.example",
      "srv-host=_sip._tcp.office.example,proxy.office.example,5070,1,0",
      "srv-host=_sip._udp.office.example,second.office.example,5082,20,0",
      "srv-host=_sip._udp.office.example,proxy.office.example,5081,10,0",
      "host-record=proxy.office.example,192.0.2.1,2001:db8::1",
      "host-record=second.office.example,192.0.2.2",
      "host-record=Plain.office.example,192.0.2.3",
      "cname=alias.office.example,plain.office.example",
      ...Array.from(
        { length: 60 },
        (_none, at) => `srv-host=_sip._udp.many.office.example,proxy.office.example,${6_000 + at}`,
      ),
    ]);
  });
  afterEach(() => server.close());

  it("NAPTR, SRV and addresses of both families", async () => {
    const by = locator([server.at]);
    expect(await found(by, "sip:office.example")).toEqual([
      "tcp 2001:db8::1 5070",
      "tcp 192.0.2.1 5070",
      "udp 2001:db8::1 5081",
      "udp 192.0.2.1 5081",
      "udp 192.0.2.2 5082",
    ]);
    expect(await found(by, "sip:office.example;transport=udp")).toEqual([
      "udp 2001:db8::1 5081",
      "udp 192.0.2.1 5081",
      "udp 192.0.2.2 5082",
    ]);
  });

  it("aliases, names in any case, names that are not there", async () => {
    const by = locator([server.at]);
    expect(await found(by, "sip:ALIAS.office.example")).toEqual(["udp 192.0.2.3 5060"]);
    expect(await found(by, "sip:plain.office.example.:5099")).toEqual(["udp 192.0.2.3 5099"]);
    expect(await found(by, "sip:nobody.office.example")).toEqual([]);
  });

  it("an answer that is too long for a datagram comes over TCP, and is used in part", async () => {
    const targets = await found(locator([server.at]), "sip:many.office.example;transport=udp");
    expect(targets).toHaveLength(16);
  });

  it("what is known is there at once; an address needs no server at all", async () => {
    const by = locator([server.at]);
    await locate(by, "sip:office.example");
    expect(locate(by, "sip:office.example")).toBeInstanceOf(Array);
    expect(locate(by, "sip:192.0.2.9")).toEqual([
      { protocol: "udp", address: "192.0.2.9", port: 5060, host: "192.0.2.9" },
    ]);
    expect(locate(by, "sip:192.0.2.9;transport=sctp")).toBeNull();
  });
});

describe("a name server that misbehaves", () => {
  let names: ScriptedNames;

  beforeEach(async () => {
    names = await ScriptedNames.open({
      "SRV _sip._udp.a.example": [
        srvAnswer("_sip._udp.a.example", 30, { priority: 1, weight: 1, port: 5070, target: "h.example" }),
      ],
      "A h.example": [addressAnswer("h.example", 60, "192.0.2.1")],
    });
  });
  afterEach(() => names.close());

  const uri = "sip:a.example;transport=udp";
  const good = ["udp 192.0.2.1 5070"];

  it.each(["without-edns", "cut-short", "first-for-somebody-else"] as const)(
    "%s: the answer is found all the same",
    async (manner) => {
      names.manner = manner;
      expect(await found(locator([names.at]), uri)).toEqual(good);
      expect(names.asked.some((each) => each.startsWith("tcp"))).toBe(manner === "cut-short");
    },
  );

  it.each(["silent", "in-trouble"] as const)("%s: the second server is asked", async (manner) => {
    const second = await ScriptedNames.open(names.zone);
    opened.push(second);
    names.manner = manner;
    expect(await found(locator([names.at, second.at]), uri)).toEqual(good);
  });

  it("nobody there: nothing found, in bounded time", async () => {
    names.manner = "silent";
    const before = performance.now();
    expect(await found(locator([names.at, "127.0.0.1:1"]), "sip:h.example:5060")).toEqual([]);
    expect(performance.now() - before).toBeLessThan(3_000);
  });

  it("asks again when the life of an answer is over, and lives on the old one while nobody answers", async () => {
    let now = 0;
    const by = locator([names.at], { now: () => now });
    expect(await found(by, uri)).toEqual(good);
    names.zone["A h.example"] = [addressAnswer("h.example", 60, "192.0.2.2")];
    const srv = "udp SRV _sip._udp.a.example";
    const asked = (): number => names.asked.filter((each) => each === srv).length;
    expect(asked()).toBe(1);
    now = 26_000;
    expect(await found(by, uri)).toEqual(good);
    expect(asked()).toBe(1);
    now = 30_000;
    expect(await found(by, uri)).toEqual(good);
    expect(asked()).toBe(2);
    now = 61_000;
    expect(await found(by, uri)).toEqual(["udp 192.0.2.2 5070"]);
    names.manner = "silent";
    now = 600_000;
    expect(await found(by, uri)).toEqual(["udp 192.0.2.2 5070"]);
    now = 601_000;
    expect(locate(by, uri)).toBeInstanceOf(Array);
  });

  it("a question that is under way when the engine closes ends", async () => {
    names.manner = "silent";
    const by = locator([names.at]);
    const asked = found(by, uri);
    by.close();
    expect(await asked).toEqual([]);
  });

  it("many who ask at once are one question", async () => {
    const by = locator([names.at]);
    const all = await Promise.all(Array.from({ length: 100 }, () => found(by, uri)));
    expect(all.every((each) => each[0] === good[0])).toBe(true);
    expect(names.asked.filter((each) => each.includes("SRV"))).toHaveLength(1);
  });
});

describe("names that no server is asked for", () => {
  it("the hosts file comes first, and is read again when it changes; localhost and invalid are known", async () => {
    const names = await ScriptedNames.open({ "A h.example": [addressAnswer("h.example", 60, "192.0.2.1")] });
    opened.push(names);
    const folder = mkdtempSync(join(tmpdir(), "sip-engine-hosts-"));
    const hostsPath = join(folder, "hosts");
    writeFileSync(hostsPath, "192.0.2.50 h.example\n2001:db8::50 h.example\n");
    let now = 0;
    const by = locator([names.at], { hostsPath, now: () => now });
    expect(await found(by, "sip:h.example:5060")).toEqual(["udp 2001:db8::50 5060", "udp 192.0.2.50 5060"]);
    expect(await found(by, "sip:localhost:5060")).toEqual(["udp ::1 5060", "udp 127.0.0.1 5060"]);
    expect(await found(by, "sip:df7jal23ls0d.invalid")).toEqual([]);
    expect(names.asked).toEqual([]);
    rmSync(folder, { recursive: true });
    now = 20_000;
    expect(await found(by, "sip:h.example:5060")).toEqual(["udp 192.0.2.1 5060"]);
  });

  it("without servers of its own it asks whom the system asks", async () => {
    const by = locator([], { hostsPath: "/etc/hosts" });
    expect(await found(by, "sip:localhost:5060")).toContain("udp 127.0.0.1 5060");
  });
});
