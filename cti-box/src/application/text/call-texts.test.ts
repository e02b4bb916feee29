/** Real-time text through the whole box: from a citizen's telephone to the page and back, through hold, transfer, consultation and conference. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, bruno, OfficeScene } from "../../../testing/office-scene.ts";
import type { CallId, LegId, OperatorId, TransferId } from "../../domain/call/ids.ts";
import type { TextTold } from "./text-desk.ts";

const transferId = "01KAQZ000000000000000000X1" as TransferId;
let scene: OfficeScene;
let told: { to: OperatorId; what: TextTold }[];
let citizen: LegId;
let callId: CallId;

beforeEach(async () => {
  scene = await OfficeScene.open();
  told = [];
  scene.box.texts.onText((to, what) => told.push({ to, what }));
});
afterEach(async () => {
  for (const legId of scene.sip.openLegs()) scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
  await scene.settle();
  expect(scene.clock.timers()).toBe(0);
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  expect(JSON.stringify([scene.events, scene.log.lines])).not.toContain("segreto");
  await scene.box.close();
});

/** A deaf citizen calls; Anna answers on the page. */
async function talk(): Promise<LegId> {
  scene.signIn(anna);
  citizen = await scene.call();
  scene.media.withText.add(citizen);
  const operator = await scene.answer("anna");
  callId = scene.lastCallId();
  return operator;
}

const read = (by: OperatorId): string =>
  told.flatMap(({ to, what }) => (to === by && what.kind === "text" ? [what.text] : [])).join("");
const channels = (of: OperatorId) =>
  told.flatMap(({ to, what }) => (to === of && what.kind === "text-channel" ? [`${what.channel} ${what.isRead}`] : []));
const written = (legId: LegId): string =>
  scene.media.written.flatMap((one) => (one.legId === legId ? [one.text] : [])).join("");

async function writes(legId: LegId, text: string): Promise<void> {
  scene.box.textReceived(legId, text);
  await scene.settle();
}

describe("between a citizen and an operator's page", () => {
  test("characters go both ways as they come, with the name of who writes", async () => {
    await talk();
    expect(channels(anna)).toEqual(["rtp now"]);
    await writes(citizen, "segreto");
    expect(told.at(-1)).toEqual({
      to: anna,
      what: {
        kind: "text",
        callId,
        from: { voiceId: citizen, kind: "citizen", name: "+393331234567" },
        text: "segreto",
      },
    });
    expect(scene.box.texts.write(anna, callId, "Buongiorno\b\u2028")).toBeNull();
    await scene.settle();
    expect(written(citizen)).toBe("Buongiorno\b\u2028");
  });

  test("a citizen without text: nothing is told, and what is written is refused", async () => {
    scene.signIn(anna);
    await scene.call();
    await scene.answer("anna");
    callId = scene.lastCallId();
    expect(told).toEqual([]);
    expect(scene.box.texts.write(anna, callId, "a")).toBe("no-text");
    expect(scene.box.texts.channelsOf(anna)).toMatchObject([{ channel: "none" }]);
  });

  test("text that appears in the middle of a call is told after the re-INVITE", async () => {
    scene.signIn(anna);
    citizen = await scene.call();
    await scene.answer("anna");
    scene.media.withText.add(citizen);
    scene.sip.hear({ type: "leg-reinvited", legId: citizen, sdp: "offer with text", direction: "sendrecv" });
    await scene.settle();
    expect(channels(anna)).toEqual(["rtp now"]);
    scene.media.withText.delete(citizen);
    scene.sip.hear({ type: "leg-reinvited", legId: citizen, sdp: "offer without", direction: "sendrecv" });
    await scene.settle();
    expect(channels(anna)).toEqual(["rtp now", "none now"]);
  });

  test("nobody else writes: another operator, a call that is over, one that only rings", async () => {
    await talk();
    scene.signIn(bruno);
    expect(scene.box.texts.write(bruno, callId, "a")).toBe("not-in-conversation");
    expect(scene.box.texts.write(anna, "01KAQZ000000000000000000ZZ" as CallId, "a")).toBe("not-in-conversation");
    await scene.box.commands.hold(callId, anna);
    await scene.settle();
    expect(scene.box.texts.write(anna, callId, "a")).toBe("not-in-conversation");
    expect(channels(anna)).toEqual(["rtp now", "rtp later"]);
    expect(written(citizen)).toBe("");
  });

  test("a page that floods is refused; a far end that floods leaves one mark", async () => {
    await talk();
    for (let piece = 0; piece < 4; piece += 1) expect(scene.box.texts.write(anna, callId, "x".repeat(500))).toBeNull();
    expect(scene.box.texts.write(anna, callId, "x")).toBe("too-fast");
    for (let piece = 0; piece < 8; piece += 1) await writes(citizen, "y".repeat(500));
    expect(read(anna)).toBe("y".repeat(2_000) + "\uFFFD");
    scene.clock.move(10_000);
    await writes(citizen, "z");
    expect(read(anna).at(-1)).toBe("z");
  });
});

describe("text of a citizen to whom nobody talks", () => {
  test("who writes in the queue is told to wait, and the operator who answers reads it", async () => {
    citizen = await scene.call();
    scene.media.withText.add(citizen);
    await writes(citizen, "pronto");
    await writes(citizen, "?");
    expect(written(citizen)).toBe("[Comune Uno] Attenda in linea: chi risponde legge quello che ha scritto.\u2028");
    scene.signIn(anna);
    await scene.settle();
    await scene.answer("anna");
    expect(read(anna)).toBe("pronto?");
  });

  test("on hold it waits, and is read after the resume; a transfer brings it to the colleague", async () => {
    await talk();
    await scene.box.commands.hold(callId, anna);
    await scene.settle();
    await writes(citizen, "è ancora lì?");
    expect(read(anna)).toBe("");
    await scene.box.commands.resume(callId, anna);
    await scene.settle();
    expect(read(anna)).toBe("è ancora lì?");
    scene.signIn(bruno);
    const target = { kind: "operator", operatorId: bruno } as const;
    await scene.box.commands.requestTransfer(callId, anna, {
      transferId,
      target,
      ticketId: null,
      reason: "other",
      message: "",
    });
    await scene.settle();
    await writes(citizen, "pronto?");
    await scene.answer("bruno");
    expect([read(anna), read(bruno)]).toEqual(["è ancora lì?", "pronto?"]);
    expect(channels(bruno)).toEqual(["rtp now"]);
  });
});

describe("with another office", () => {
  const order = { transferId, ticketId: null, reason: "competence", message: "" } as const;
  const target = { kind: "office", officeId: "x_test2" } as const;

  test("consultation and conference: each reads whom it hears; who reads several sees their names", async () => {
    await talk();
    await scene.box.commands.requestTransfer(callId, anna, { ...order, mode: "attended", target });
    await scene.settle();
    expect(scene.media.offeredText.has(scene.sip.placed.at(-1)?.legId as LegId)).toBe(true);
    const office = await scene.answer("192.0.2.2");
    scene.media.withText.add(office);
    expect(scene.box.texts.write(anna, callId, "Parere?")).toBeNull();
    await scene.settle();
    expect([written(office), written(citizen)]).toEqual(["Parere?", ""]);
    await scene.box.commands.turnTo(callId, anna, { transferId, talkingTo: "everybody" });
    await scene.settle();
    await writes(office, "Salve.\u2028");
    scene.box.texts.write(anna, callId, "Eccoci.");
    await scene.settle();
    expect(written(citizen)).toBe("[Comune Due] Salve.\u2028[anna] Eccoci.");
    expect(told.at(-1)).toMatchObject({ to: anna, what: { from: { kind: "office", name: "Comune Due" } } });
    await writes(citizen, "Grazie.\u2028");
    scene.box.texts.write(anna, callId, "Prego.");
    await scene.settle();
    // Which operator it is, is not the other office's business.
    expect(written(office)).toMatch(/Grazie.\u2028\[Comune Uno\] Prego.$/);
    await scene.box.commands.completeTransfer(callId, anna, transferId);
    await scene.settle();
    await writes(office, "Ora siamo noi.");
    expect(written(citizen)).toContain("\u2028Ora siamo noi.");
    expect(scene.box.texts.write(anna, callId, "a")).toBe("not-in-conversation");
  });

  test("an office without text in its media is written to in messages; one that takes none has no text", async () => {
    await talk();
    await scene.box.commands.requestTransfer(callId, anna, { ...order, mode: "attended", target });
    await scene.settle();
    const office = await scene.answer("192.0.2.2");
    scene.box.texts.write(anna, callId, "Parere?");
    await scene.settle();
    expect(scene.sip.texts).toEqual([{ legId: office, text: "Parere?" }]);
    expect(channels(anna).at(-1)).toBe("message now");
    scene.sip.hear({ type: "leg-text", legId: office, text: "Sì" });
    await scene.settle();
    expect(read(anna)).toBe("Sì");
    scene.sip.textAnswer = "refused";
    scene.box.texts.write(anna, callId, "Grazie");
    await scene.settle();
    expect(told.slice(-2).map(({ what }) => what.kind)).toEqual(["text-refused", "text-channel"]);
    expect(scene.box.texts.write(anna, callId, "a")).toBe("no-text");
  });
});
