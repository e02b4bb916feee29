/** The rtpengine of an enciphered call (SRTP trunk, page with DTLS-SRTP) is killed: the other one goes on with it, with new keys on both sides. How long it takes stands in the output. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { officeNumber } from "../office/office-config.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { EncipheredOffice } from "./enciphered-office.ts";

const tones = { citizen: 800, anna: 440 };
let scene: EncipheredOffice;
let reader: OfficeReader;
let anna: OperatorPage;

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  scene = await EncipheredOffice.open({ media: "two-rtpengines", toneHz: tones.citizen });
  reader = new OfficeReader(scene.office.url);
  const link = scene.office.oneTimeLinks["anna"] ?? "";
  anna = await OperatorPage.open({ name: "anna", program, link, toneHz: tones.anna, tickets: "none" });
});
afterAll(async () => {
  await anna?.close();
  await scene?.close();
});

test("the page hears the citizen again over the other rtpengine, still enciphered", async () => {
  scene.callTheOffice(officeNumber);
  await reader.event("call-ringing");
  await anna.click("action.answer");
  const { call } = await reader.event("call-answered");
  await Promise.all([anna.hears(tones.citizen), hearsTone(scene.carrier, tones.anna)]);
  await scene.rtpengines[0]?.kill();
  const killedAt = performance.now();
  await expect.poll(() => scene.office.log(), { timeout: 15_000 }).toMatch(/rtpengine lost a call: it is set up anew/);
  // Of the two ways one is judged: baresip 1.0 hears nothing more when a re-INVITE brings it another key. Both ways: lost-server-enciphered.integration.test.ts.
  await anna.hears(tones.citizen, 15_000);
  const seconds = (performance.now() - killedAt) / 1_000;
  process.stdout.write(
    `rtpengine lost, an enciphered call: the page hears the citizen again after ${seconds.toFixed(1)} s\n`,
  );
  await anna.click("action.hang-up");
  await reader.event("call-ended");
  const described = await scene.descriptionsOfCarrier(call.callId);
  const lines = described.match(/^m=audio \d+ \S+/gm) ?? [];
  // INVITE and 200, and those of the move.
  expect(lines.map((line) => line.split(" ").at(-1))).toEqual(Array.from({ length: 4 }, () => "RTP/SAVP"));
  expect(scene.office.log()).not.toMatch(/left something behind|inline:/);
}, 60_000);
