/** The question after the call, through both media servers: an office as its own program, a carrier's citizen who hears it and presses keys, an operator's phone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Carrier } from "../../bin/carrier/carrier.ts";
import { PromptFiles } from "../../cti-box/src/adapters/media/prompt-files.ts";
import { startRtpengine } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { hearsSpeech } from "../../cti-box/testing/media-peers/speech.ts";
import { officeConfig, officeNumber, serviceSecret } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { CitizenCall } from "../../bin/carrier/carrier.ts";
import type { RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const prompts = new PromptFiles();

describe.each(["relay", "rtpengine"] as const)("after the call, with the %s", (kind) => {
  let network: PhoneNetwork;
  let rtpengine: RtpengineProcess | null = null;
  let carrier: Carrier;
  let office: OfficeProcess;
  let reader: OfficeReader;
  let anna: BaresipPhone;

  beforeAll(async () => {
    network = PhoneNetwork.open();
    const { address } = network;
    const carrierAddress = network.addOfficeAddress();
    carrier = await Carrier.open(carrierAddress);
    const config = officeConfig({ officeId: "x_test1", address, carrierAddress, operators: ["anna"] });
    if (kind === "rtpengine") {
      rtpengine = await startRtpengine({ address });
      const { ngHost, ngPort } = rtpengine;
      config["media"] = { kind, ngHost, ngPort };
    }
    office = await startOfficeProcess({ ...config, queues: [{ queueId: "urp", label: "URP", survey: {} }] });
    reader = new OfficeReader(office.url);
    const where = { domain: address, host: network.addHost() };
    anna = await openOperatorPhone({ user: "anna", ...where, toneHz: 440, answer: "manual" });
  });
  afterAll(async () => {
    await anna?.close();
    await carrier?.close();
    await office?.close();
    await rtpengine?.close();
    network?.close();
  });

  /** Anna speaks with a citizen and hangs up; the citizen is asked. */
  async function asked(): Promise<CitizenCall> {
    anna.startAfresh();
    await reader.startAfresh();
    const caller = { number: "+393331234567", displayName: "Citizen" };
    const citizen = await carrier.placeCall({ number: officeNumber, box: `${network.address}:5060`, caller });
    await anna.event("CALL_INCOMING");
    anna.command("accept");
    await reader.event("call-answered");
    anna.command("hangup");
    await hears(citizen, "survey");
    return citizen;
  }

  async function hears({ audio }: CitizenCall, prompt: "survey" | "survey-thanks"): Promise<void> {
    const ear = { lately: (ms: number): number[] => [...audio.heard(ms / 1000)] };
    await hearsSpeech(ear, await prompts.sound("it", prompt), 15_000);
  }

  test("a wrong key is asked again, then 2 is the rating, and the office thanks and hangs up", async () => {
    const citizen = await asked();
    await citizen.sendInfoDigit("9");
    await hears(citizen, "survey");
    await citizen.sendInfoDigit("2");
    expect(await reader.event("call-rated")).toMatchObject({ rating: 2, call: { state: "surveying" } });
    await hears(citizen, "survey-thanks");
    expect(await citizen.ended).toBe("office");
    expect(await reader.event("call-ended")).toMatchObject({ endCause: "operator-hung-up" });
  });

  test("who hangs up without an answer has not rated; the report counts both calls", async () => {
    const ratings = async (): Promise<Record<string, number>> => {
      const headers = { authorization: `Bearer ${serviceSecret}` };
      const report = await (await fetch(`${office.url}/api/reports/ratings`, { headers })).json();
      return (report as { queues: [Record<string, number>] }).queues[0];
    };
    const before = await ratings();
    expect(before).toMatchObject({ queueId: "urp", satisfied: 0, notSatisfied: 0 });
    expect(before["neither"]).toBeGreaterThan(0);
    const citizen = await asked();
    await citizen.hangUp();
    expect(await reader.event("call-ended")).toMatchObject({ endCause: "operator-hung-up" });
    expect(await ratings()).toEqual({ ...before, asked: (before["asked"] ?? 0) + 1 });
    expect(office.log()).not.toMatch(/left something behind|"level":50/);
  });
});
