/** What carriers (sipp) may offer over trunks that are bound to codecs, or to SRTP: the box's answers and its refusals, before anybody rings. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { OfficeProcess } from "../office/office-process.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";

type TrunkName = "bound" | "optional" | "required";
const addresses = new Map<TrunkName, string>();
let network: PhoneNetwork;
let office: OfficeProcess;
let phone: BaresipPhone;
let reader: OfficeReader;

beforeAll(async () => {
  network = PhoneNetwork.open();
  // Each host that is added moves the next address on.
  for (const name of ["bound", "optional", "required"] as const) {
    addresses.set(name, network.addOfficeAddress());
    network.addHost();
  }
  const trunk = (trunkId: TrunkName, settings: object) => ({
    trunkId,
    carrier: trunkId,
    addresses: [addresses.get(trunkId)],
    ...settings,
  });
  const config = officeConfig({
    officeId: "x_test1",
    address: network.address,
    carrierAddress: "198.51.100.1",
    operators: ["anna"],
    moreTrunks: [
      trunk("bound", { codecs: ["PCMU", "PCMA"] }),
      trunk("optional", { srtp: "optional" }),
      trunk("required", { srtp: "required" }),
    ],
  });
  office = await startOfficeProcess(config);
  reader = new OfficeReader(office.url);
  const host = network.addHost();
  phone = await openOperatorPhone({
    user: "anna",
    domain: network.address,
    host,
    toneHz: 440,
    answer: "auto",
    codecs: ["PCMA", "PCMU"],
  });
});
afterAll(async () => {
  await phone?.close();
  await office?.close();
  network?.close();
});

const key = randomBytes(30).toString("base64");
const events = ["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16"];
const calls = (trunk: TrunkName) => ({
  target: `${network.address}:5060`,
  from: addresses.get(trunk) ?? "",
  number: officeNumber,
});

describe("an offer of a carrier", () => {
  test.each<{ trunk: TrunkName; offer: string[]; answer: string }>([
    // In the trunk's order, whatever the carrier's.
    { trunk: "bound", offer: ["RTP/AVP 9 8 0 18 101", ...events], answer: "RTP/AVP 0 8 101" },
    { trunk: "bound", offer: ["RTP/AVP 8", ...events], answer: "RTP/AVP 8" },
    { trunk: "optional", offer: ["RTP/AVP 8"], answer: "RTP/AVP 8" },
    {
      trunk: "optional",
      offer: ["RTP/SAVP 8", `a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:${key}`],
      answer: "RTP/SAVP 8.*a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:[A-Za-z0-9+/]+",
    },
    {
      trunk: "optional",
      offer: ["RTP/AVP 8", `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`],
      answer: "RTP/AVP 8.*a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:[A-Za-z0-9+/]+",
    },
  ])("over trunk $trunk, $offer.0, is answered with $answer", async ({ trunk, offer, answer }) => {
    await runSipp({ scenario: "call-and-hang-up", ...calls(trunk), offer, answer });
    await reader.event("call-ended");
  });

  test.each<{ trunk: TrunkName; offer: string[]; why: RegExp }>([
    { trunk: "bound", offer: ["RTP/AVP 9 18"], why: /none of the offered codecs is known, or allowed here/ },
    {
      trunk: "bound",
      offer: ["RTP/SAVP 8", `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`],
      why: /RTP\/SAVP is offered, and srtp is off here/,
    },
    {
      trunk: "optional",
      offer: ["RTP/SAVP 8", `a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:${key}`],
      why: /RTP\/SAVP is offered without a key of a known kind/,
    },
    {
      trunk: "required",
      offer: ["RTP/SAVP 8", `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`],
      why: /srtp is required, and its keys came over a connection without TLS/,
    },
  ])(
    "over trunk $trunk, $offer.0 that does not fit, is refused with 488, and nobody rings",
    async ({ trunk, offer, why }) => {
      await runSipp({ scenario: "expect-refusal", ...calls(trunk), offer, status: 488 });
      expect(office.log()).toMatch(why);
      expect(await reader.callsInProgress()).toBe(0);
    },
  );

  test("leaves nothing behind, and no key in the log", () => {
    expect(office.log()).not.toMatch(/left something behind|"level":50|inline:/);
    expect(office.log()).not.toContain(key);
  });
});
