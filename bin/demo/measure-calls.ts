/** Many short calls: how long from the INVITE at the trunk to the INVITE at the softphone, and to the ticket on its screen. */
import { exampleTicketId } from "../playground/office-config.ts";
import type { CitizenCall } from "../carrier/carrier.ts";
import { median, round } from "./demo-run.ts";
import { callOffice, type Stage } from "./main-job.ts";
import type { OperatorPage } from "./operator-page.ts";

const warmUpCalls = 40;

export type CallTimes = { inviteMs: number; ticketMs: number };

/** Places the calls one after the other; each is given up by the citizen once its ticket is on screen. */
export async function measureCalls(stage: Stage, calls: number): Promise<void> {
  const { run } = stage;
  // The first calls of a process pay for what is loaded and compiled once; on two cores this takes some thirty of them.
  await run.step(`${warmUpCalls} calls to each office to warm up, not measured`, async () => {
    for (let count = 0; count < warmUpCalls; count += 1) {
      await oneCall(stage);
      await oneCallToOther(stage);
    }
  });
  const times: CallTimes[] = [];
  await run.step(
    `${calls} calls, given up by the citizen while they ring`,
    async () => {
      for (let count = 0; count < calls; count += 1) times.push(await oneCall(stage));
    },
    () => `ticket after ${spread(times.map(({ ticketMs }) => ticketMs))}`,
  );
  await Promise.all([stage.anna.clearNotices(), stage.bruno.clearNotices()]);
  run.measure({
    name: `INVITE at the trunk → ticket visible while it rings, median of ${calls}`,
    value: median(times.map(({ ticketMs }) => ticketMs)),
    unit: "ms",
    target: 150,
  });
  run.measure({
    name: `box's own addition: INVITE in → INVITE out to the operator, median of ${calls}`,
    value: median(times.map(({ inviteMs }) => inviteMs)),
    unit: "ms",
    target: 10,
  });
}

async function oneCall(stage: Stage): Promise<CallTimes> {
  const { anna } = stage;
  const call = await callOffice(stage);
  try {
    const since = call.invitedAtMs;
    const pop = await anna.event("la2-screen-pop", { state: "ticket", ticketId: exampleTicketId }, since);
    const callId = pop.callId ?? "";
    const ringing = await anna.event("la2-call-ringing", { callId }, since);
    const invitedAt = anna.inviteAt(callId);
    return { inviteMs: invitedAt - since, ticketMs: Math.max(pop.at, ringing.at) - since };
  } finally {
    await giveUp(call, anna);
  }
}

async function oneCallToOther(stage: Stage): Promise<void> {
  const call = await callOffice(stage, 1);
  try {
    await stage.bruno.event("la2-call-ringing", {}, call.invitedAtMs);
  } finally {
    await giveUp(call, stage.bruno);
  }
}

async function giveUp(call: CitizenCall, operator: OperatorPage): Promise<void> {
  await call.hangUp();
  await operator.page.locator("[data-card-state=ringing]").waitFor({ state: "detached" });
  await operator.untilFree();
}

function spread(values: readonly number[]): string {
  return `${round(Math.min(...values))} to ${round(Math.max(...values))} ms`;
}
