/**
 * The main job as a person would do it, step by step: a citizen's call rings with its ticket, they talk, the operator transfers call and ticket to the
 * other office, its operator takes both, and the call records prove that the transfer cost nothing.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Carrier, type CitizenCall } from "../carrier/carrier.ts";
import { inWords, judge } from "../carrier/hearing.ts";
import { tone } from "../carrier/sound.ts";
import { exampleTicketId } from "../playground/office-config.ts";
import type { PlaygroundPlan } from "../playground/plan.ts";
import { proveTransfer } from "./call-records.ts";
import { type DemoRun, round } from "./demo-run.ts";
import type { OperatorPage } from "./operator-page.ts";
import { pictureOf } from "./report.ts";

export type Stage = {
  run: DemoRun;
  plan: PlaygroundPlan;
  carrier: Carrier;
  anna: OperatorPage;
  bruno: OperatorPage;
};

export const citizenToneHz = 1_000;
const hearDeadlineMs = 6_000;

/** A citizen calls the office (the first one if not told otherwise), with a tone for a voice. */
export async function callOffice({ plan, carrier }: Stage, index: 0 | 1 = 0): Promise<CitizenCall> {
  const office = plan.offices[index];
  const box = `${office.sipAddress}:${plan.sipPort}`;
  const call = await carrier.placeCall({ number: office.publicNumber, box, caller: plan.citizen });
  call.audio.play(tone(citizenToneHz, 1));
  return call;
}

/** Throws StepFailed at the first step that does not work. */
export async function runMainJob(stage: Stage): Promise<void> {
  const { run, plan, anna, bruno } = stage;
  const call = await run.step("a citizen calls the first office over the trunk", () => callOffice(stage));
  try {
    const callId = await ringWithTicket(stage, call);
    await answerAndTalk(stage, call);
    await run.step("Anna writes a note into the ticket", () => writeNote(anna));
    await transfer(stage, call, callId);
    await bothSeeTheTicket(stage);
    await anna.screenshot(pictureOf("anna-after-transfer"));
    await bruno.screenshot(pictureOf("bruno-after-transfer"));
    await run.step("the citizen hangs up and both operators are free", async () => {
      await call.hangUp();
      await Promise.all([anna.untilFree(), bruno.untilFree()]);
    });
    const proof = await run.step(
      "call records of both offices: transferred on-net, same contact",
      () => proveTransfer(plan.offices[0], plan.offices[1], callId),
      ({ from, to }) => `legs ${tariffs(from)} | ${tariffs(to)}`,
    );
    run.measure({ name: "PSTN legs in the transfer", value: proof.pstnLegsInTransfer, unit: "legs", target: 0 });
  } finally {
    await call.hangUp();
  }
}

const tariffs = (record: { legs: readonly { role: string; tariff: string }[] }): string =>
  record.legs.map(({ role, tariff }) => `${role} ${tariff}`).join(", ");

async function ringWithTicket({ run, anna }: Stage, call: CitizenCall): Promise<string> {
  const ring = await run.step("Anna's softphone rings with the citizen's open ticket", async () => {
    const ringing = await anna.event("la2-call-ringing", {}, call.invitedAtMs);
    const pop = { callId: ringing.callId ?? "", state: "ticket" };
    return anna.event("la2-screen-pop", { ...pop, ticketId: exampleTicketId }, call.invitedAtMs);
  });
  await anna.screenshot(pictureOf("anna-ringing"));
  return ring.callId ?? "";
}

async function answerAndTalk({ run, anna }: Stage, call: CitizenCall): Promise<void> {
  const answered = await run.step(
    "Anna answers; each hears the other's tone",
    () => clickAndHear({ operator: anna, call, click: () => anna.click("action.answer") }),
    heardWords,
  );
  run.measure({ name: "operator's answer click → audio both ways", value: answered.afterMs, unit: "ms", target: 500 });
}

type Hearing = { operator: OperatorPage; call: CitizenCall; click: () => Promise<number> };
type Heard = { operatorAfterMs: number; citizenAfterMs: number; afterMs: number };

/** Clicks, and waits until the operator hears the citizen and the citizen the operator, by content. */
async function clickAndHear({ operator, call, click }: Hearing): Promise<Heard> {
  const listening = operator.hears(citizenToneHz, hearDeadlineMs);
  // A failed click is the better reason; the listening ends by its own deadline.
  listening.catch(() => undefined);
  const clickedAt = await click();
  const [operatorAt, citizenAt] = await Promise.all([listening, citizenHears(call, operator, clickedAt)]);
  const operatorAfterMs = operatorAt - clickedAt;
  const citizenAfterMs = citizenAt - clickedAt;
  return { operatorAfterMs, citizenAfterMs, afterMs: Math.max(operatorAfterMs, citizenAfterMs) };
}

const heardWords = ({ operatorAfterMs, citizenAfterMs }: Heard): string =>
  `operator hears after ${round(operatorAfterMs)} ms, citizen after ${round(citizenAfterMs)} ms`;

async function citizenHears(call: CitizenCall, operator: OperatorPage, sinceMs: number): Promise<number> {
  const deadline = Date.now() + hearDeadlineMs;
  while (Date.now() < deadline) {
    const at = call.audio.firstHeardAt(operator.toneHz, sinceMs);
    if (at !== null) return at;
    await delay(10);
  }
  const instead = inWords(judge(call.audio.heard(0.5)));
  throw new Error(`the citizen does not hear ${operator.name}'s tone of ${operator.toneHz} Hz, but ${instead}`);
}

async function writeNote(operator: OperatorPage): Promise<void> {
  const { page } = operator;
  await page
    .locator("[data-note-state] textarea")
    .fill("La cittadina chiede un sopralluogo; passa all'ufficio ambiente.");
  await page.getByRole("button", { name: "Aggiungi al ticket" }).click();
  await page.locator("[data-note-state=sent], [data-note-state=empty]").waitFor();
}

async function transfer(stage: Stage, call: CitizenCall, callId: string): Promise<void> {
  const { run, plan, anna, bruno } = stage;
  await run.step("Anna opens the transfer: the citizen hears hold music", async () => {
    const openedAt = await anna.click("action.transfer");
    await citizenHearsMusic(call, openedAt);
  });
  await run.step("Anna picks the other office; the confirmation says it is free", () => chooseOffice(anna, plan));
  const ring = await run.step("Anna confirms; Bruno's softphone rings with the same ticket", async () => {
    const confirmedAt = await anna.click("transfer.go");
    const pop = await bruno.event("la2-screen-pop", { state: "ticket", ticketId: exampleTicketId }, confirmedAt);
    const ringing = await bruno.event("la2-call-ringing", { callId: pop.callId ?? "" }, confirmedAt);
    return { afterMs: Math.max(pop.at, ringing.at) - confirmedAt };
  });
  run.measure({ name: "transfer confirmed → B ringing with the ticket", value: ring.afterMs, unit: "ms", target: 500 });
  await run.step("Bruno sees the citizen, the office it comes from, his own ticket number", () => checkCard(stage));
  await bruno.screenshot(pictureOf("bruno-ringing"));
  await anna.screenshot(pictureOf("anna-transferring"));
  await run.step(
    "Bruno answers; he and the citizen hear each other's tone",
    () => clickAndHear({ operator: bruno, call, click: () => bruno.click("action.answer") }),
    heardWords,
  );
  await run.step("Anna is free again and her call is gone", async () => {
    await anna.untilFree();
    const gone = `[data-call-id="${callId}"]:is([data-card-state=talking], [data-card-state=held])`;
    await anna.page.locator(gone).waitFor({ state: "detached" });
  });
}

async function citizenHearsMusic(call: CitizenCall, sinceMs: number): Promise<void> {
  const deadline = Date.now() + hearDeadlineMs;
  while (Date.now() < deadline) {
    // Half a second of sound has to have come since, so that it is of what is heard now.
    if (Date.now() - sinceMs > 500 && judge(call.audio.heard(0.5)).kind === "hold-music") return;
    await delay(20);
  }
  throw new Error(`the citizen hears ${inWords(judge(call.audio.heard(0.5)))} instead of hold music`);
}

async function chooseOffice(operator: OperatorPage, plan: PlaygroundPlan): Promise<void> {
  const { page } = operator;
  const [, other] = plan.offices;
  await page.locator("article").getByRole("combobox").fill("ambiente");
  await page.locator(`[data-choice="office-${other.officeId}"]`).click();
  await operator.click("transfer.next");
  const summary = await page.locator(".la2-summary").innerText();
  for (const words of [other.label, "gratuit"]) {
    if (!summary.toLowerCase().includes(words.toLowerCase()))
      throw new Error(`the confirmation does not say "${words}": ${summary}`);
  }
}

/** The citizen stays the visible caller, and the same ticket has a number of its own in each office. */
async function checkCard({ plan, anna, bruno }: Stage): Promise<void> {
  const card = bruno.page.locator("[data-card-state=ringing]");
  await card.locator(`[data-transferred-from="${plan.offices[0].officeId}"]`).waitFor();
  const digits = (await card.locator(".la2-caller-number").innerText()).replace(/\D/g, "");
  if (!plan.citizen.number.endsWith(digits)) throw new Error(`the card shows the number ${digits}`);
  const [annas, brunos] = await Promise.all([ticketTitle(anna), ticketTitle(bruno)]);
  if (annas === brunos) throw new Error(`both offices call the ticket ${brunos}`);
}

const ticketTitle = ({ page }: OperatorPage): Promise<string> =>
  page.locator("[data-ticket-panel]").getByRole("heading", { level: 2 }).innerText();

/** Exactly one owner: Bruno's office; Anna's office goes on watching. */
async function bothSeeTheTicket({ run, anna, bruno }: Stage): Promise<void> {
  await run.step("the ticket belongs to Bruno's office; Anna follows it", () =>
    Promise.all([
      bruno.page.locator("[data-ticket-role=owner]").waitFor(),
      anna.page.locator("[data-hand-over=accepted]").waitFor(),
    ]),
  );
}
