/** The configuration: every problem at once, each with its key. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InvalidConfig, parseOfficeConfig, readOfficeConfig } from "./read-config.ts";

type Section = Record<string, unknown>;
const sound = {
  office: { officeId: "x_test1", label: "Comune Uno" },
  sip: { domain: "uno.example", contacts: ["sip:127.0.0.1:0;transport=udp", "sip:127.0.0.1:0;transport=ws"] },
  queues: [{ queueId: "urp", label: "URP" }],
  numbers: [{ number: "+390668888888", queueId: "urp" }],
  operators: [{ login: "anna", displayName: "Anna", extension: "201", password: "password of anna", queues: ["urp"] }],
  api: { listen: { host: "127.0.0.1", port: 0 } },
  dataDirectory: "data",
} satisfies Section;
const operator = sound.operators[0];
const queue = sound.queues[0];
const callingOut = {
  trunkId: "one",
  carrier: "Carrier",
  addresses: ["192.0.2.1"],
  outbound: { uri: "sip:192.0.2.1", callerId: { number: "+390668888888" } },
};

function problemsOf(change: Section, environment: Record<string, string> = {}): string[] {
  const result = parseOfficeConfig(JSON.stringify({ ...sound, ...change }), environment);
  return result.ok ? [] : result.problems;
}

it("a sound configuration is taken, with what it leaves out filled in", () => {
  const result = parseOfficeConfig(JSON.stringify(sound), {});
  expect(result).toMatchObject({
    ok: true,
    config: {
      engine: { kind: "embedded" },
      media: { kind: "relay", listenAddress: "127.0.0.1" },
      network: { offices: [], transferTimeoutSeconds: 30 },
      queues: [{ ringTimeoutSeconds: 20, maxWaitSeconds: 600, wrapUpSeconds: 0 }],
    },
  });
});

describe("one problem each, told by its key", () => {
  it.each<[Section, string]>([
    [{ office: { officeId: "Roma!", label: "R" } }, "office.officeId: is not an IPA code such as c_b180"],
    [{ office: undefined }, "office: Invalid input: expected object, received undefined"],
    [{ colour: "red" }, "colour: unknown key"],
    [{ queues: [{ queueId: "urp", label: "URP", colour: "red" }] }, "queues[0].colour: unknown key"],
    [{ sip: { ...sound.sip, contacts: ["127.0.0.1:5060"] } }, "sip.contacts[0]: is not a SIP URI"],
    [{ sip: { ...sound.sip, contacts: ["sip:127.0.0.1:0;transport=udp"] } }, "sip.contacts: none speaks ws"],
    [{ sip: { ...sound.sip, contacts: ["sips:127.0.0.1:0;transport=wss"] } }, "sip.contacts[0]: sips:127.0.0.1:0"],
    [{ sip: { ...sound.sip, tls: { certFile: "c", keyFile: "k", clients: "request" } } }, "sip.tls.clientCaFile: is"],
    [{ sip: { ...sound.sip, dnsServers: ["dns.example"] } }, "sip.dnsServers[0]: is not the address of a name server"],
    [
      { sip: { ...sound.sip, protection: { trustedNetworks: ["carrier.example"] } } },
      "sip.protection.trustedNetworks[0]: is not an address or a network such as 192.0.2.0/24",
    ],
    [
      { sip: { ...sound.sip, protection: { blocked: [{ header: "from", text: " " }] } } },
      "sip.protection.blocked[0].text",
    ],
    [{ sip: { ...sound.sip, protection: { refusals: 0 } } }, "sip.protection.refusals: Too small"],
    [{ office: { ...sound.office, hours: { weekly: { "8": [] } } } }, "office.hours.weekly"],
    [
      { office: { ...sound.office, hours: { weekly: { "1": ["8-13"] } } } },
      "office.hours.weekly.1[0]: is not a span of",
    ],
    [
      { office: { ...sound.office, hours: { weekly: { "1": ["13:00-08:30"] } } } },
      "office.hours.weekly.1[0]: ends before it begins",
    ],
    [
      { office: { ...sound.office, hours: { weekly: {}, timeZone: "Europe/Atlantis" } } },
      "office.hours.timeZone: is not a time zone",
    ],
    [
      { office: { ...sound.office, hours: { weekly: {}, patronDay: "06-31" } } },
      "office.hours.patronDay: is not a day",
    ],
    [
      { office: { ...sound.office, hours: { weekly: {}, closures: [{ from: "2026-12-31", to: "2026-12-24" }] } } },
      "office.hours.closures[0]: ends before it begins",
    ],
    [
      { queues: [{ ...queue, callback: { key: "1" } }], trunks: [callingOut] },
      "queues[0].callback: needs announcements, which name the key",
    ],
    [
      { queues: [{ ...queue, announcements: {}, keys: { "1": "urp" }, callback: { key: "1" } }], trunks: [callingOut] },
      "queues[0].callback.key: 1 leads to another queue already",
    ],
    [
      { queues: [{ ...queue, announcements: {}, callback: { key: "1" } }], trunks: [] },
      "queues[0].callback: no trunk calls out",
    ],
    [{ queues: [{ ...queue, sharing: {} }] }, "queues[0].sharing: needs whenWaiting or whenWaitSeconds"],
    [{ queues: [{ ...queue, sharing: { whenWaiting: -1 } }] }, "queues[0].sharing.whenWaiting: Too small"],
    [{ sharing: {} }, "sharing: this office, x_test1, declares none in network.offices"],
    [
      { network: { offices: [{ ...office("x_test1"), sharing: { capacity: 2 } }] }, sharing: { queueId: "x" } },
      "sharing.queueId: there is no queue x",
    ],
    [
      { network: { offices: [{ ...office("x_test1"), sharing: { capacity: 0 } }] } },
      "network.offices[0].sharing.capacity: Too small",
    ],
    [{ queues: [{ ...queue, closedQueueId: "x" }] }, "queues[0].closedQueueId: there is no queue x"],
    [{ queues: [{ ...queue, overflowQueueId: "urp" }] }, "queues[0].overflowQueueId: callers would come back to urp"],
    [{ queues: [{ ...queue, keys: { "2": "x" } }] }, "queues[0].keys.2: there is no queue x"],
    [{ queues: [{ ...queue, keys: { "12": "urp" } }] }, "queues[0].keys"],
    [
      { queues: [{ ...queue, announcements: { otherLanguageKey: "2" } }] },
      "queues[0].announcements.otherLanguageKey: 2 is not one of the keys of the queue",
    ],
    [{ queues: [{ ...queue, maxLength: 0 }] }, "queues[0].maxLength"],
    [{ queues: [{ ...queue, distribution: "ring-nobody" }] }, "queues[0].distribution"],
    [{ queues: [{ ...queue, requires: { topic: "calcio" } }] }, "queues[0].requires.topic"],
    [
      { queues: [{ ...queue, requires: { language: "de" } }] },
      "queues[0].requires: no operator of this queue has these skills",
    ],
    [{ operators: [{ ...operator, priority: 10 }] }, "operators[0].priority"],
    [{ numbers: [{ number: "0668888888", queueId: "urp" }] }, "numbers[0].number: is not a number in E.164 form"],
    [{ numbers: [{ number: "+390668888888", queueId: "x" }] }, "numbers[0].queueId: there is no queue x"],
    [{ operators: [{ ...operator, queues: ["x"] }] }, "operators[0].queues: there is no queue x"],
    [{ operators: [{ ...operator, password: "short" }] }, "operators[0].password: Too small"],
    [{ operators: [{ ...operator, login: "Anna" }] }, "operators[0].login: may hold lower-case letters"],
    [{ operators: [operator, { ...operator, extension: "202" }] }, "operators.login: anna is there twice"],
    [{ operators: [operator, { ...operator, login: "bruno" }] }, "operators.extension: 201 is there twice"],
    [{ queues: [...sound.queues, ...sound.queues] }, "queues.queueId: urp is there twice"],
    [{ api: { listen: { port: 65_536 } } }, "api.listen.port: Too big"],
    [{ crmBridge: { url: "http://127.0.0.1:1", serviceSecret: "with spaces in between" } }, "crmBridge.serviceSecret"],
    [{ network: { offices: [office("x_test2")] } }, "network.offices: this office, x_test1, is not among them"],
    [{ network: { offices: [office("x_test1"), office("x_test1")] } }, "network.offices.officeId: x_test1 is there"],
    [{ trunks: [trunkAt("192.0.2.0/33")] }, "trunks[0].addresses[0]: is not a network such as 192.0.2.0/24"],
    [{ trunks: [trunkAt("carrier.example/24")] }, "trunks[0].addresses[0]: is not a network such as 192.0.2.0/24"],
    [{ trunks: [trunkAt("0.0.0.0/0")] }, "trunks[0].addresses[0]: is too wide for one carrier"],
    [{ trunks: [trunkAt("2001:db8::/15")] }, "trunks[0].addresses[0]: is too wide for one carrier"],
    [{ trunks: [{ ...trunkAt("192.0.2.1"), capacity: 0 }] }, "trunks[0].capacity: Too small"],
    [{ trunks: [{ ...trunkAt("192.0.2.1"), numbers: ["06*"] }] }, "trunks[0].numbers[0]: is not a number in E.164"],
    [{ trunks: [{ ...trunkAt("192.0.2.1"), numbers: ["+3902*"] }] }, "trunks[0].numbers: +3902* leads to no queue"],
    [{ trunks: [trunkAt("192.0.2.1"), trunkAt("192.0.2.2")] }, "trunks.trunkId: one is there twice"],
    [{ retention: { numberDays: 0 } }, "retention.numberDays: Too small"],
    [
      { retention: { journalDays: 8 } },
      "retention.journalDays: the journal holds operators and numbers in full, so at most 7",
    ],
    [{ retention: { operatorDays: 31 } }, "retention.operatorDays: at most numberDays, 30"],
    [{ retention: { numberDays: 400 } }, "retention.numberDays: at most recordDays, 365"],
    [{ costs: { usual: { perMinute: -1 } } }, "costs.usual.perMinute: Too small"],
    [{ costs: { currency: "Euro", usual: { perMinute: 1 } } }, "costs.currency: is not a currency such as EUR"],
    [
      { costs: { usual: { perMinute: 1 }, trunks: [{ trunkId: "x", perMinute: 1 }] } },
      "costs.trunks[0].trunkId: there is",
    ],
    [
      {
        trunks: [
          { ...trunkAt("192.0.2.1"), outbound: { uri: "sip:192.0.2.1", callerId: { number: "+390612345678" } } },
        ],
      },
      "trunks[0].outbound.callerId.number: +390612345678 is not a number that this trunk brings",
    ],
    [
      {
        trunks: [
          {
            ...trunkAt("192.0.2.1"),
            outbound: { uri: "sip:192.0.2.1", callerId: { number: "+390668888888" }, limits: { spendPerDay: 20 } },
          },
        ],
      },
      "trunks[0].outbound.limits.spendPerDay: needs the prices of section costs",
    ],
    [{ trunks: [{ ...trunkAt("192.0.2.1"), codecs: ["PCMA", "G729"] }] }, "trunks[0].codecs[1]: Invalid option"],
    [{ trunks: [{ ...trunkAt("192.0.2.1"), realTimeText: "yes" }] }, "trunks[0].realTimeText: Invalid input"],
    [{ trunks: [{ ...trunkAt("192.0.2.1"), codecs: ["G722"] }] }, "trunks[0].codecs: needs PCMA, because the built-in"],
    [{ trunks: [{ ...trunkAt("192.0.2.1"), srtp: "yes" }] }, "trunks[0].srtp: Invalid option"],
    [
      { trunks: [{ ...trunkAt("192.0.2.1"), srtp: "optional", outbound: outboundTo("sip:192.0.2.1;transport=tcp") }] },
      "trunks[0].outbound.uri: needs TLS (sips: or ;transport=tls), because srtp sends its keys there",
    ],
    [
      {
        trunks: [
          {
            ...trunkAt("192.0.2.1"),
            srtp: "required",
            outbound: outboundTo("sips:192.0.2.1"),
            account: { user: "office", password: "p", registrar: "sip:192.0.2.1" },
          },
        ],
      },
      "trunks[0].account.registrar: needs TLS",
    ],
    [{ operators: [{ ...operator, extension: "112" }] }, "operators[0].extension: 112 is an emergency number"],
    [{ outbound: { permissions: { front_office: ["emergency"] } } }, "outbound.permissions.front_office[0]: Invalid"],
    [{ media: { kind: "tape" } }, "media.kind: Invalid discriminator value"],
  ])("%j", (change, expected) => {
    const problems = problemsOf(change);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });
});

function trunkAt(address: string): Section {
  return { trunkId: "one", carrier: "Carrier", addresses: [address] };
}

function outboundTo(uri: string): Section {
  return { uri, callerId: { number: "+390668888888" } };
}

function office(officeId: string): Section {
  return { officeId, label: officeId, sip: { uri: "sip:127.0.0.2:5060" } };
}

it("all problems come in one list: fields, environment, and what does not fit together", () => {
  const change = {
    colour: "red",
    api: { listen: { port: "x" } },
    numbers: [{ number: "+390668888888", queueId: "x" }],
    operators: [operator, operator],
  };
  const problems = problemsOf(change, { LA2_RTPENGINE: "nonsense", LA2_DRACHTIO: "nonsense" });
  expect(
    problems.map((problem) => problem.split(":")[0] ?? "").toSorted((one, other) => (one < other ? -1 : 1)),
  ).toEqual([
    "LA2_DRACHTIO",
    "LA2_RTPENGINE",
    "api.listen.port",
    "colour",
    "numbers[0].queueId",
    "operators.extension",
    "operators.login",
  ]);
});

describe("texts that are no configuration", () => {
  it.each([
    ["", "(whole file): Invalid input"],
    ["7", "(whole file): Invalid input"],
    ["[]", "(whole file): Invalid input"],
    ["office: {a: 1\nsip: ]", "line 2:"],
    ["office: 1\noffice: 2", "line 2: Map keys must be unique"],
    [`a: &a [x]\nb: [${"*a,".repeat(200)}]`, "(whole file): Excessive alias count"],
  ])("%j", (text, expected) => {
    const result = parseOfficeConfig(text, {});
    expect(result.ok ? [] : result.problems).toEqual(expect.arrayContaining([expect.stringContaining(expected)]));
  });
});

describe("a file", () => {
  it("gives paths from its own folder, and names files that cannot be read", () => {
    const folder = mkdtempSync(join(tmpdir(), "la2-config-"));
    const file = join(folder, "office.json");
    const write = (change: Section) => writeFileSync(file, JSON.stringify({ ...sound, ...change }));
    const problems = (): readonly string[] => {
      try {
        readOfficeConfig(file, {});
        return [];
      } catch (error) {
        if (error instanceof InvalidConfig) return error.problems;
        throw error;
      }
    };
    write({
      softphoneDirectory: "pages",
      media: { kind: "rtpengine", ngHost: "h", ngPort: 1, holdMusicFile: "m.wav" },
    });
    expect(readOfficeConfig(file, {})).toMatchObject({
      dataDirectory: join(folder, "data"),
      softphoneDirectory: join(folder, "pages"),
      media: { holdMusicFile: join(folder, "m.wav") },
    });
    write({ api: { ...sound.api, tls: { certFile: "cert.pem", keyFile: "key.pem" } } });
    expect(problems()).toEqual([
      `api.tls.certFile: ${join(folder, "cert.pem")} cannot be read (ENOENT)`,
      `api.tls.keyFile: ${join(folder, "key.pem")} cannot be read (ENOENT)`,
    ]);
    rmSync(folder, { recursive: true });
    expect(problems()).toEqual(["cannot be read (ENOENT)"]);
  });
});
