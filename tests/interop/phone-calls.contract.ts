/** The engine among real telephones: baresip and linphone register, call, hold and transfer through an exchange on plain drachtio-srf; sound by content. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SipEngineOptions } from "../../cti-box/sip-engine/engine.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { LinphonePhone } from "../phones/linphone-phone.ts";
import { hearsNothing, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { Exchange } from "./exchange.ts";

export type Line = {
  transport: "udp" | "tcp" | "tls";
  /** Listening address of the exchange at that host, and what else its engine needs. */
  engineAt: (host: string) => Partial<SipEngineOptions> & Pick<SipEngineOptions, "contacts">;
  /** Certificate authority that the phones trust (PEM file). */
  authorityFile?: string;
};

const tones = { anna: 440, bruno: 700, carla: 1000 };
const passwordOf = (user: string): string => `password-of-${user}`;
let network: PhoneNetwork;
let exchange: Exchange;
let domain: string;
let anna: LinphonePhone;
let bruno: BaresipPhone;
let carla: BaresipPhone;

async function openAll({ transport, engineAt, authorityFile }: Line): Promise<void> {
  network = PhoneNetwork.open();
  domain = network.address;
  const { contacts, ...more } = engineAt(domain);
  const subscribers = {
    realm: "exchange.example",
    algorithmsFor: (user: string) => (user === "anna" ? (["SHA-256", "MD5"] as const) : (["MD5"] as const)),
    passwords: new Map(["anna", "bruno", "carla"].map((user) => [user, passwordOf(user)])),
  };
  exchange = await Exchange.open(contacts, subscribers, more);
  const trust = authorityFile === undefined ? {} : { authorityFile };
  const phone = (user: keyof typeof tones) => ({
    host: network.addHost(),
    account: { user, domain, password: passwordOf(user), transport },
    toneHz: tones[user],
    ...trust,
  });
  anna = await LinphonePhone.open(phone("anna"));
  bruno = await BaresipPhone.open({ ...phone("bruno"), answer: "manual" });
  carla = await BaresipPhone.open({ ...phone("carla"), answer: "manual" });
  await anna.register();
  await bruno.registered();
  await carla.registered();
}

async function closeAll(): Promise<void> {
  await anna?.close();
  await bruno?.close();
  await carla?.close();
  await exchange?.close();
  network?.close();
}

async function settle(): Promise<void> {
  for (const phone of [bruno, carla]) phone.command("hangup");
  await anna.command("terminate");
  await anna.startAfresh();
  await expect.poll(() => exchange.isQuiet(), { timeout: 10_000 }).toBe(true);
  for (const phone of [bruno, carla]) phone.startAfresh();
}

/** Everything that the phones do with each other, over one transport. */
export function describePhoneCalls(line: Line): void {
  beforeAll(() => openAll(line), 60_000);
  afterAll(closeAll);
  afterEach(settle);

  describe("the phones", () => {
    it("are registered with the digest that each one knows", () => {
      const { transport: protocol } = line;
      expect(exchange.registrar.of("anna")).toMatchObject({ protocol, algorithm: "SHA-256" });
      expect(exchange.registrar.of("bruno")).toMatchObject({ protocol, algorithm: "MD5" });
    });
  });

  describeCalls();
  describeBlindTransfers();
  describeAttendedTransfers();
}

/** Calls from linphone to a baresip phone, up to the sound of both. */
async function annaCalls(user: "bruno" | "carla"): Promise<string> {
  const phone = user === "bruno" ? bruno : carla;
  const call = await anna.call(`sip:${user}@${domain}`);
  await phone.event("CALL_INCOMING");
  phone.command("accept");
  await anna.is(call, "LinphoneCallStreamsRunning");
  await anna.speak(call);
  await hearsTone(phone, tones.anna);
  return call;
}

function describeCalls(): void {
  describe("a call", () => {
    it("from linphone to baresip is held, resumed and hung up by linphone", async () => {
      const call = await annaCalls("bruno");
      await anna.command(`call-pause ${call}`);
      await anna.is(call, "LinphoneCallPaused");
      await hearsNothing(bruno);
      await anna.command(`call-resume ${call}`);
      await anna.is(call, "LinphoneCallStreamsRunning");
      await hearsTone(bruno, tones.anna);
      await anna.command(`terminate ${call}`);
      await bruno.event("CALL_CLOSED");
    });

    it("from baresip to linphone is held, resumed and hung up by baresip", async () => {
      bruno.command("dial", `sip:anna@${domain}`);
      const call = await anna.event("LinphoneCallIncomingReceived");
      await anna.command(`answer ${call}`);
      await bruno.event("CALL_ESTABLISHED");
      await anna.speak(call);
      await hearsTone(bruno, tones.anna);
      bruno.command("hold");
      await anna.event("LinphoneCallPausedByRemote");
      bruno.command("resume");
      await anna.event("LinphoneCallStreamsRunning");
      await hearsTone(bruno, tones.anna);
      bruno.command("hangup");
      await anna.event("LinphoneCallEnd");
    });

    it("that is not taken is cancelled while it rings, from both phones", async () => {
      const call = await anna.call(`sip:bruno@${domain}`);
      await bruno.event("CALL_INCOMING");
      await anna.command(`terminate ${call}`);
      await bruno.event("CALL_CLOSED");
      bruno.command("dial", `sip:anna@${domain}`);
      await anna.event("LinphoneCallIncomingReceived");
      bruno.command("hangup");
      await anna.event("LinphoneCallEnd");
    });

    it("that is declined tells the caller so", async () => {
      await anna.call(`sip:bruno@${domain}`);
      await bruno.event("CALL_INCOMING");
      bruno.command("hangup");
      await anna.event("LinphoneCallError");
    });
  });
}

function describeBlindTransfers(): void {
  describe("a blind transfer", () => {
    it("by linphone: the two baresip phones hear each other", async () => {
      const call = await annaCalls("bruno");
      await anna.command(`call-transfer ${call} sip:carla@${domain}`);
      await carla.event("CALL_INCOMING");
      carla.command("accept");
      await anna.event("LinphoneCallEnd");
      await hearsTone(bruno, tones.carla);
      await hearsTone(carla, tones.bruno);
    });

    it("by baresip: linphone talks to the other baresip phone", async () => {
      const call = await annaCalls("bruno");
      bruno.command("transfer", `sip:carla@${domain}`);
      await carla.event("CALL_INCOMING");
      carla.command("accept");
      await hearsTone(carla, tones.anna);
      await bruno.event("CALL_CLOSED");
      await anna.is(call, "LinphoneCallStreamsRunning");
    });

    it("to nobody leaves the call as it was", async () => {
      const call = await annaCalls("bruno");
      await anna.command(`call-transfer ${call} sip:nobody@${domain}`);
      await expect.poll(() => exchange.switchboard.story.at(-1)).toMatch(/transfer failed.*nobody/);
      await anna.is(call, "LinphoneCallStreamsRunning");
      await hearsTone(bruno, tones.anna);
    });
  });
}

function describeAttendedTransfers(): void {
  describe("an attended transfer", () => {
    it("by linphone with Replaces: the two baresip phones hear each other", async () => {
      const held = await annaCalls("bruno");
      const active = await annaCalls("carla");
      await anna.is(held, "LinphoneCallPaused");
      await anna.command(`call-transfer ${held} ${active}`);
      // Bruno's sound is no judge here: baresip 1.0 plays nothing of another sender after a hold.
      await hearsTone(carla, tones.bruno);
      expect(exchange.switchboard.story.at(-1)).toBe("transferred with Replaces");
    });
  });
}
