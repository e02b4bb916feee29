/**
 * Hub or a bridge dies in the middle of a transfer: the call rings and is transferred all the same, the operator sees that the ticket is on
 * its way, and when the program is back the ticket arrives; exactly one office owns it.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Carrier } from "../../bin/carrier/carrier.ts";
import { tone } from "../../bin/carrier/sound.ts";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { playgroundDirectory, projectDirectory } from "../../bin/playground/folders.ts";
import { bridgeUrl, exampleTicketId, hubUrl } from "../../bin/playground/office-config.ts";
import { oneTimeLink } from "../../bin/playground/one-time-link.ts";
import { startPlayground } from "../../bin/playground/start-playground.ts";
import { answersOk, spawnProgram } from "../../bin/programs/child-program.ts";
import { freeBasePort } from "../playground/la2-process.ts";
import type { RunningPlayground } from "../../bin/playground/start-playground.ts";

const citizenToneHz = 1_000;
/** What the test opened, closed in the opposite order. */
const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
});

type Stage = { playground: RunningPlayground; carrier: Carrier; anna: OperatorPage; bruno: OperatorPage };

async function openStage(): Promise<Stage> {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  const basePort = await freeBasePort();
  const playground = await startPlayground({ directory: playgroundDirectory(basePort), basePort });
  opened.push(async () => {
    await playground.close();
    rmSync(playground.plan.directory, { recursive: true, force: true });
  });
  const carrier = await Carrier.open(playground.plan.carrierAddress);
  opened.push(async () => carrier.close());
  const operator = async (index: 0 | 1, toneHz: number): Promise<OperatorPage> => {
    const office = playground.plan.offices[index];
    const page = await OperatorPage.open({ name: office.officeId, program, toneHz, link: await oneTimeLink(office) });
    opened.push(() => page.close());
    return page;
  };
  const [anna, bruno] = await Promise.all([operator(0, 440), operator(1, 700)]);
  return { playground, carrier, anna, bruno };
}

/** Anna talks to the citizen and has the transfer to the other office ready, but for the last click. */
async function prepareTransfer({ playground, carrier, anna }: Stage): Promise<{ hangUp(): Promise<void> }> {
  const { plan } = playground;
  const [office] = plan.offices;
  const box = `${office.sipAddress}:${plan.sipPort}`;
  const call = await carrier.placeCall({ number: office.publicNumber, box, caller: plan.citizen });
  opened.push(() => call.hangUp());
  call.audio.play(tone(citizenToneHz, 1));
  await anna.event("la2-screen-pop", { state: "ticket", ticketId: exampleTicketId }, call.invitedAtMs);
  await anna.click("action.answer");
  await anna.hears(citizenToneHz);
  await anna.click("action.transfer");
  await anna.page.locator("article").getByRole("combobox").fill("ambiente");
  await anna.page.locator(`[data-choice="office-${plan.offices[1].officeId}"]`).click();
  await anna.click("transfer.next");
  await anna.event("la2-transfer-phase", { phase: "confirming" }, call.invitedAtMs);
  return call;
}

function kill(playground: RunningPlayground, name: string): void {
  const victim = playground.programs.find((program) => program.name === name);
  if (victim === undefined) throw new Error(`the playground has no ${name}`);
  process.kill(victim.pid, "SIGKILL");
}

async function startAgain(playground: RunningPlayground, name: string, healthUrl: string): Promise<void> {
  const file = name === "hub" ? "crm-bridge/src/tupa/hub-main.ts" : "crm-bridge/src/main.ts";
  const { directory } = playground.plan;
  const { program, ready } = spawnProgram({
    name,
    arguments: [join(projectDirectory, file), "--config", join(directory, `${name}.json`)],
    logFile: join(directory, "logs", `${name}-again.log`),
    isReady: () => answersOk(healthUrl),
  });
  opened.push(() => program.close());
  await ready;
}

/** The office's part in the ticket, as its own bridge says it to the operator's page. */
function roleSeenBy(operator: OperatorPage): Promise<string> {
  return operator.page.evaluate(async (ticketId) => {
    const token = sessionStorage.getItem("la2-session") ?? "";
    const answer = await fetch(`/crm/api/tickets/${ticketId}`, { headers: { authorization: `Bearer ${token}` } });
    return answer.ok ? ((await answer.json()) as { ourRole: string }).ourRole : `status ${answer.status}`;
  }, exampleTicketId);
}

/** The hub has one owner at any time; the offices hear of it one after the other. */
async function untilRoles(operators: readonly OperatorPage[], expected: readonly string[]): Promise<void> {
  const endMs = Date.now() + 20_000;
  for (;;) {
    const roles = await Promise.all(operators.map(roleSeenBy));
    if (roles.join() === expected.join()) return;
    if (Date.now() > endMs) throw new Error(`roles are ${roles.join(", ")}, not ${expected.join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("a program dies before the transfer is confirmed", () => {
  test.each([
    ["hub", "pending"],
    ["bridge-x_test1", "pending"],
    ["bridge-x_test2", "away"],
  ])("%s: the call goes through, the ticket (%s) catches up", async (victim, seen) => {
    const stage = await openStage();
    const { playground, anna, bruno } = stage;
    const [one, two] = playground.plan.offices;
    const call = await prepareTransfer(stage);
    kill(playground, victim);
    const confirmedAt = await anna.click("transfer.go");
    const ringing = await bruno.event("la2-call-ringing", { canAnswer: true }, confirmedAt);
    const strip = bruno.page.locator(`[data-ticket-strip="${ringing.callId ?? ""}"]`);
    await bruno.page.locator(`[data-ticket-state=${seen}]`).first().waitFor();
    await bruno.click("action.answer");
    await bruno.hears(citizenToneHz);
    const url = victim === "hub" ? `${hubUrl(playground.plan)}/tupa/v1/status` : null;
    const office = victim === "bridge-x_test1" ? one : two;
    await startAgain(playground, victim, url ?? `${bridgeUrl(office)}/api/status`);
    await strip.and(bruno.page.locator("[data-ticket-state=ticket]")).waitFor({ timeout: 30_000 });
    expect(await strip.getAttribute("data-ticket-id")).toBe(exampleTicketId);
    await untilRoles([anna, bruno], ["watcher", "owner"]);
    await call.hangUp();
    await bruno.untilFree();
  });
});
