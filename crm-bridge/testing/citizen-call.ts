/** Events of one citizen's call, in the words of the box's contract. */
import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import type { CallSummary } from "@la2-cti/cti-box/contracts";
import type { BoxEvent, FakeBox } from "./fake-box.ts";

export const citizenNumber = "+393315550123";

type TransferEnd = Extract<BoxEvent, { type: "call-transfer-failed" }>["cause"];
export type Handover = { transferId: string; by: string; toOfficeId: string };

export type CitizenCall = {
  callId: string;
  contactId: string;
  ring(login: string): void;
  ringEnded(login: string, outcome: "no-answer" | "rejected" | "answered"): void;
  answer(login: string): void;
  attach(ticketId: string): void;
  askTransfer(handover: Handover & { message?: string }): void;
  transferFailed(handover: Handover, cause: TransferEnd): void;
  transferred(handover: Handover): void;
  handedOver(login: string): void;
  /** The waiting citizen is offered to another office. */
  offerOverflow(transferId: string, toOfficeId: string): void;
  overflowed(transferId: string, toOfficeId: string): void;
  /** After the operator hung up: 1 satisfied, 2 neither, 3 not satisfied. */
  rate(rating: 1 | 2 | 3): void;
  end(): void;
};

type Start = {
  number?: string;
  contactId?: string;
  /** What the call carries when another office sent it. */
  ticket?: CallSummary["ticket"];
  /** The office that asks for advice with the call. */
  consultedBy?: string;
  /** The office from whose line the citizen comes. */
  overflowOf?: string;
};

function originOf({ consultedBy, overflowOf }: Start): CallSummary["transferredFrom"] {
  const officeId = consultedBy ?? overflowOf;
  if (officeId === undefined) return null;
  const unknown = { officeLabel: null, operatorLogin: null, transferId: null, reason: null, waitedSeconds: null };
  const how = { isConsultation: consultedBy !== undefined, isOverflow: overflowOf !== undefined };
  return { officeId, ...unknown, ...how, visitsBefore: 0, isOfficeCall: false };
}

export function startCall(box: FakeBox, start: Start = {}): CitizenCall {
  const call: CallSummary = {
    callId: ulid(),
    contactId: start.contactId ?? randomBytes(16).toString("hex"),
    officeId: box.officeId,
    direction: "in",
    state: "queued",
    caller: { number: start.number ?? citizenNumber, displayName: "Carla Neri", isWithheld: false },
    calledNumber: "+390612345678",
    queue: { queueId: "urp", label: "URP" },
    operatorLogin: null,
    transferredFrom: originOf(start),
    ticket: start.ticket ?? null,
    startedAt: new Date().toISOString(),
    answeredAt: null,
  };
  const transferOf = ({ transferId, by, toOfficeId }: Handover) => ({
    transferId,
    target: { kind: "office" as const, officeId: toOfficeId },
    requestedBy: by,
  });
  box.emit({ type: "call-offered", call });
  return {
    callId: call.callId,
    contactId: call.contactId,
    ring: (login) => {
      Object.assign(call, { state: "ringing", operatorLogin: login });
      box.emit({ type: "call-ringing", call, operatorLogin: login });
    },
    ringEnded: (login, outcome) => {
      if (outcome !== "answered") call.operatorLogin = null;
      box.emit({ type: "call-ring-ended", call, operatorLogin: login, outcome });
    },
    answer: (login) => {
      Object.assign(call, { state: "answered", operatorLogin: login, answeredAt: new Date().toISOString() });
      box.emit({ type: "call-ring-ended", call, operatorLogin: login, outcome: "answered" });
      box.emit({ type: "call-answered", call, operatorLogin: login });
    },
    handedOver: (login) => {
      if (call.transferredFrom !== null) call.transferredFrom.isConsultation = false;
      box.emit({ type: "call-handed-over", call, operatorLogin: login });
    },
    attach: (ticketId) => {
      const ticket = { ticketId, transferId: null };
      call.ticket = ticket;
      box.emit({ type: "ticket-attached", call, ticket });
    },
    askTransfer: (handover) => {
      call.state = "transferring";
      box.emit({
        type: "call-transfer-requested",
        call,
        ...transferOf(handover),
        ticketId: call.ticket?.ticketId ?? null,
        reason: "competence",
        message: handover.message ?? "Serve il vostro ufficio tecnico",
        expiresAt: new Date(Date.now() + 30_000).toISOString(),
      });
    },
    transferFailed: (handover, cause) => {
      call.state = "answered";
      box.emit({ type: "call-transfer-failed", call, ...transferOf(handover), cause, sipStatus: null });
      box.emit({ type: "call-returned", call, operatorLogin: handover.by, cause });
    },
    rate: (rating) => {
      Object.assign(call, { state: "surveying", operatorLogin: null });
      box.emit({ type: "call-rated", call, rating });
    },
    transferred: (handover) => {
      call.state = "transferred";
      box.emit({ type: "call-transferred", call, ...transferOf(handover), tariff: "on-net" });
    },
    offerOverflow: (transferId, toOfficeId) => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const ticketId = call.ticket?.ticketId ?? null;
      box.emit({ type: "call-overflow-offered", call, transferId, toOfficeId, ticketId, expiresAt });
    },
    overflowed: (transferId, toOfficeId) => {
      call.state = "transferred";
      box.emit({ type: "call-overflowed", call, transferId, toOfficeId, tariff: "on-net" });
    },
    end: () => {
      call.state = "ended";
      box.emit({ type: "call-ended", call, endCause: "caller-hung-up" });
    },
  };
}
