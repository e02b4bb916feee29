/** What a citizen hears while nobody answers: real SIP and RTP to an office as its own program, the prompts known again by their waveform. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Carrier } from "../../bin/carrier/carrier.ts";
import { judge } from "../../bin/carrier/hearing.ts";
import { PromptFiles } from "../../cti-box/src/adapters/media/prompt-files.ts";
import { hearsSpeech } from "../../cti-box/testing/media-peers/speech.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { CitizenCall } from "../../bin/carrier/carrier.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const closedNumber = "+390695550101";
const englishNumber = "+390695550102";
const caller = { number: "+393331234567", displayName: "Citizen" };
const prompts = new PromptFiles();

let network: PhoneNetwork;
let carrier: Carrier;
let office: OfficeProcess;
let reader: OfficeReader;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const carrierAddress = network.addOfficeAddress();
  carrier = await Carrier.open(carrierAddress);
  const config = officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators: ["anna"] });
  office = await startOfficeProcess({
    ...config,
    queues: [
      {
        queueId: "urp",
        label: "URP",
        maxLength: 1,
        keys: { "2": "english" },
        announcements: { otherLanguageKey: "2" },
      },
      { queueId: "tributi", label: "Tributi", hours: { weekly: {}, holidays: "none" }, announcements: {} },
      { queueId: "english", label: "English", announcements: { language: "en", placeEverySeconds: 15 } },
    ],
    numbers: [
      { number: officeNumber, queueId: "urp" },
      { number: closedNumber, queueId: "tributi" },
      { number: englishNumber, queueId: "english" },
    ],
  });
  reader = new OfficeReader(office.url);
});
afterAll(async () => {
  await carrier?.close();
  await office?.close();
  network?.close();
});

const call = (number: string): Promise<CitizenCall> =>
  carrier.placeCall({ number, box: `${network.address}:5060`, caller });
const earOf = ({ audio }: CitizenCall) => ({ lately: (ms: number): number[] => [...audio.heard(ms / 1000)] });

async function hearsMusic({ audio }: CitizenCall): Promise<void> {
  const endMs = Date.now() + 8000;
  while (judge(audio.heard(0.5)).kind !== "hold-music") {
    if (Date.now() > endMs) throw new Error(`hears ${judge(audio.heard(0.5)).kind} and no music`);
    // Sound takes time to pass.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("a citizen hears", () => {
  test("out of hours that the office is closed, to the end, and the office hangs up", async () => {
    const citizen = await call(closedNumber);
    await hearsSpeech(earOf(citizen), await prompts.sound("it", "out-of-hours"));
    expect(await citizen.ended).toBe("office");
    expect(await reader.event("call-ended")).toMatchObject({ endCause: "out-of-hours" });
  });

  test("a welcome, music, and that a full queue takes nobody more", async () => {
    const first = await call(officeNumber);
    await hearsSpeech(earOf(first), await prompts.sound("it", "welcome"));
    await hearsMusic(first);
    const second = await call(officeNumber);
    await hearsSpeech(earOf(second), await prompts.sound("it", "queue-full"));
    expect(await second.ended).toBe("office");
    expect(await reader.event("call-ended")).toMatchObject({ endCause: "queue-full" });
    await hearsMusic(first);
    await first.hangUp();
    expect(await reader.event("call-ended")).toMatchObject({ endCause: "caller-gave-up" });
  });

  test("in English how to go on in English, presses the key, and is welcomed in English", async () => {
    const citizen = await call(officeNumber);
    await hearsSpeech(earOf(citizen), await prompts.sound("it", "other-language-2"));
    await reader.startAfresh();
    await citizen.sendInfoDigit("2");
    await hearsSpeech(earOf(citizen), await prompts.sound("en", "welcome"));
    expect(await reader.event("call-queued")).toMatchObject({ call: { queue: { queueId: "english" } } });
    await citizen.hangUp();
    expect(await reader.event("call-ended")).toMatchObject({ call: { queue: { queueId: "english" } } });
  });

  test("in English the place in the line, each caller another one, then music again", async () => {
    const first = await call(englishNumber);
    await hearsSpeech(earOf(first), await prompts.sound("en", "welcome"));
    const second = await call(englishNumber);
    const deadlineMs = 25_000;
    await Promise.all([
      hearsSpeech(earOf(first), await prompts.sound("en", "place-1"), deadlineMs).then(() => hearsMusic(first)),
      hearsSpeech(earOf(second), await prompts.sound("en", "place-2"), deadlineMs).then(() => hearsMusic(second)),
    ]);
    await first.hangUp();
    await second.hangUp();
    for (let ended = 0; ended < 2; ended += 1) await reader.event("call-ended");
    expect(office.log()).not.toMatch(/left something behind|"level":50/);
  }, 60_000);
});
