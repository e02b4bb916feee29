/**
 * Transfer as the operator makes it: the first click holds the citizen, cancel always brings the citizen back
 * (DELETE of the transfer once it was asked for, resume before).
 */
import { tellProblem, withToken } from "./desk.ts";
import { findEntry } from "../domain/call/apply-calls-event.ts";
import { cardStateOf } from "../domain/call/call.ts";
import { ticketOfPanel } from "../domain/ticket/ticket-panel.ts";
import type { Desk } from "./desk.ts";
import type { TalkingTo, TransferMode } from "../domain/call/call.ts";
import type { Failure, Outcome } from "./ports.ts";
import type { TicketCommands } from "./ticket-commands.ts";
import type { Destination, Explanation } from "../domain/transfer/transfer-steps.ts";

export type TransferCommands = {
  open(callId: string): Promise<void>;
  choose(destination: Destination): void;
  explain(explanation: Explanation): void;
  back(): void;
  /** `attended`: the operator speaks with the destination before handing over. */
  confirm(mode?: TransferMode): Promise<void>;
  /** During a consultation: whom to speak with. */
  turnTo(callId: string, talkingTo: TalkingTo): Promise<void>;
  /** Ends a consultation by handing the citizen over. */
  complete(callId: string): Promise<void>;
  cancel(callId: string): Promise<void>;
};

export function createTransferCommands(desk: Desk, tickets: Pick<TicketCommands, "sendNote">): TransferCommands {
  const { store, ports } = desk;
  // Hold and request travel over separate connections: a cancel waits for their answers, or it could overtake them.
  let sent: Promise<unknown> = Promise.resolve();
  return {
    async open(callId) {
      const entry = findEntry(store.read().calls, callId);
      const state = entry === undefined ? null : cardStateOf(entry);
      if ((state !== "talking" && state !== "held") || store.read().transfer.step !== "closed") return;
      store.dispatch({ type: "transfer-opened", callId });
      store.dispatch({ type: "call-selected", callId });
      ports.pageEvents.tell("la2-call-transfer-opened", { callId });
      if (state === "held") return;
      const holding = withToken(desk, (token) => ports.boxApi.hold(token, callId));
      sent = holding;
      const hold = await holding;
      if (!hold.ok) tellProblem(desk, "problem.hold");
    },
    choose: (destination) => store.dispatch({ type: "destination-chosen", destination }),
    explain: (explanation) => store.dispatch({ type: "transfer-explained", explanation }),
    back: () => store.dispatch({ type: "transfer-back" }),
    confirm(mode = "blind") {
      const asked = confirmTransfer(desk, tickets, mode);
      sent = asked;
      return asked;
    },
    turnTo: (callId, talkingTo) =>
      consult(desk, callId, (token, transferId) =>
        ports.boxApi.turnConsultation(token, { callId, transferId, talkingTo }),
      ),
    complete: (callId) =>
      consult(desk, callId, (token, transferId) => ports.boxApi.completeTransfer(token, callId, transferId)),
    cancel: (callId) => cancelTransfer(desk, callId, sent),
  };
}

/** A step of the consultation that runs; when it is over meanwhile, the card says so already. */
async function consult(
  desk: Desk,
  callId: string,
  ask: (token: string, transferId: string) => Promise<Outcome<null>>,
): Promise<void> {
  const part = findEntry(desk.store.read().calls, callId)?.box?.myState;
  if (part?.kind !== "transferring" || part.progress.phase !== "consulting") return;
  const { transferId } = part.progress;
  const answer = await withToken(desk, (token) => ask(token, transferId));
  if (!answer.ok && answer.why === "away") tellProblem(desk, "problem.consultation");
}

async function confirmTransfer(
  desk: Desk,
  tickets: Pick<TicketCommands, "sendNote">,
  mode: TransferMode,
): Promise<void> {
  const { store, ports } = desk;
  const transferId = ports.ids.ulid();
  store.dispatch({ type: "transfer-confirmed", transferId });
  const steps = store.read().transfer;
  if (steps.step !== "sending" || steps.transferId !== transferId) return;
  const { callId, destination, explanation } = steps;
  ports.pageEvents.tell("la2-transfer-confirmed", { callId, transferId });
  // What the operator has written belongs to the ticket before it leaves; the call does not wait for it.
  void tickets.sendNote(callId);
  const ticketId =
    ticketOfPanel(store.read().panels[callId])?.ticketId ??
    findEntry(store.read().calls, callId)?.box?.call.ticket?.ticketId ??
    null;
  const order = { transferId, mode, target: destination.target, ticketId, ...explanation };
  const answer = await withToken(desk, (token) => ports.boxApi.requestTransfer(token, callId, order));
  if (answer.ok) return store.dispatch({ type: "transfer-accepted", transferId });
  store.dispatch({ type: "transfer-refused", transferId, problem: refusalText(answer) });
}

function refusalText(failure: Failure): string {
  if (failure.why === "away") return "problem.box-away";
  return `transfer.refusal.${failure.detail ?? "unknown"}`;
}

async function cancelTransfer(desk: Desk, callId: string, sent: Promise<unknown>): Promise<void> {
  const { store, ports } = desk;
  store.dispatch({ type: "transfer-cancel-asked" });
  const steps = store.read().transfer;
  await sent;
  const transferId = transferToCancel(desk, callId);
  const answer = await withToken(desk, (token) =>
    transferId === null ? ports.boxApi.resume(token, callId) : ports.boxApi.cancelTransfer(token, callId, transferId),
  );
  if (!answer.ok && answer.why === "away") tellProblem(desk, "problem.cancel-transfer");
  if (steps.step !== "closed") store.dispatch({ type: "transfer-closed", callId });
  ports.pageEvents.tell("la2-call-transfer-canceled", { callId, transferId });
}

/** A transfer the box runs, else the one this page has asked for. */
function transferToCancel(desk: Desk, callId: string): string | null {
  const part = findEntry(desk.store.read().calls, callId)?.box?.myState;
  if (part?.kind === "transferring") return part.progress.transferId;
  const steps = desk.store.read().transfer;
  return steps.step === "cancelling" && steps.callId === callId ? steps.transferId : null;
}
