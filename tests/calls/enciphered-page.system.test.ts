/**
 * A carrier with SRTP (RFC 4568, over TLS, baresip) and an operator at a softphone page (DTLS-SRTP, Chromium): the citizen calls and is called. Judged by what both ends hear, with either media server.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { officeNumber } from "../office/office-config.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { citizenNumber, EncipheredOffice } from "./enciphered-office.ts";

const tones = { citizen: 800, anna: 440 };

describe.each(["relay", "rtpengine"] as const)("with %s", (kind) => {
  let scene: EncipheredOffice;
  let reader: OfficeReader;
  let anna: OperatorPage;

  beforeAll(async () => {
    const program = findChromium();
    if (program === null) throw new Error("this test needs Chromium: apt install chromium");
    scene = await EncipheredOffice.open({ media: kind, toneHz: tones.citizen });
    reader = new OfficeReader(scene.office.url);
    const link = scene.office.oneTimeLinks["anna"] ?? "";
    anna = await OperatorPage.open({ name: "anna", program, link, toneHz: tones.anna, tickets: "none" });
  });
  afterAll(async () => {
    await anna?.close();
    await scene?.close();
  });

  const hearEachOther = (): Promise<unknown> =>
    Promise.all([anna.hears(tones.citizen), hearsTone(scene.carrier, tones.anna)]);

  async function isOver(): Promise<void> {
    await reader.event("call-ended");
    await scene.carrier.event("CALL_CLOSED");
    await anna.untilFree();
  }

  test("a citizen who calls enciphered and the page hear each other, also after hold", async () => {
    scene.callTheOffice(officeNumber);
    await reader.event("call-ringing");
    await anna.click("action.answer");
    const { call } = await reader.event("call-answered");
    await hearEachOther();
    await anna.click("action.hold");
    await hearsMusic(scene.carrier, Object.values(tones));
    await anna.click("action.resume");
    await hearEachOther();
    await anna.click("action.hang-up");
    await isOver();
    expect(await scene.descriptionsOfCarrier(call.callId)).toMatch(/^m=audio \d+ RTP\/SAVP /m);
  });

  test("a citizen is called enciphered from the page", async () => {
    await anna.page.keyboard.press("Control+Shift+L");
    await anna.page.keyboard.type(citizenNumber);
    await anna.page.keyboard.press("Enter");
    const { call } = await reader.event("call-answered");
    await hearEachOther();
    scene.carrier.command("hangup");
    await isOver();
    expect(await scene.descriptionsOfCarrier(call.callId)).toMatch(/^m=audio \d+ RTP\/SAVP /m);
  });

  test("nothing is left behind, and no key stands in the log", async () => {
    expect(await reader.callsInProgress()).toBe(0);
    expect(scene.office.log()).not.toMatch(/left something behind|"level":50|inline:/);
  });
});
