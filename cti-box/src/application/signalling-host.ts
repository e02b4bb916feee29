/** The application as the signalling adapter sees it: which part of the box deals with what comes from the network. */
import { findLeg } from "../domain/call/find-leg.ts";
import { identifySource } from "../domain/trunk/identify-source.ts";
import { keyPressed } from "./queue-keys.ts";
import { receiveInvite, type ReceivingParts } from "./receive-invite.ts";
import { recoverCalls, type RecoveryParts, type UnfinishedCalls } from "./recover-calls.ts";
import { mayRefer, referCall, type ReferParts } from "./refer-call.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CommandParts } from "./call-commands.ts";
import type { CallGate } from "./call-gate.ts";
import type { Callbacks } from "./callbacks.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { OfficeTrunks } from "./office-trunks.ts";
import type { SipAccountBook } from "./sip-account-book.ts";
import type { SignallingHost } from "./ports.ts";
import type { CallTexts } from "./text/call-texts.ts";

export type HostParts = ReceivingParts & {
  sip: ReferParts["signalling"] & RecoveryParts["signalling"];
  media: RecoveryParts["media"];
  calls: CallsInProgress;
  callbacks: Callbacks;
  gate: CallGate;
  officeTrunks: OfficeTrunks;
  accounts: SipAccountBook;
  texts: Pick<CallTexts, "heard">;
  commandParts: CommandParts;
  unfinished: UnfinishedCalls;
};

/** What the signalling adapter asks and tells. */
export function signallingHost(parts: HostParts): SignallingHost {
  const { office, room, calls, accounts, sip } = parts;
  return {
    legsTakenBack: (legIds) => recoverCalls({ ...parts, signalling: sip }, parts.unfinished, legIds),
    identifySource: (from) => identifySource({ ...office.sources, trunks: parts.officeTrunks.settings() }, from),
    findAccount: (authorizationUser) => accounts.find(authorizationUser),
    registrationsChanged: (operatorId, devices) => room.devicesChanged(operatorId, devices),
    inviteReceived: (invite) => receiveInvite(parts, invite),
    retryAfterSeconds: () => parts.gate.retryAfterSeconds(),
    mayRefer: (legId: LegId, isAttended) => {
      const runner = calls.findByLeg(legId);
      return runner !== null && mayRefer(runner.call, legId, isAttended);
    },
    takesText: (legId) => {
      const call = calls.findByLeg(legId)?.call;
      return call !== undefined && findLeg(call, legId)?.peer.kind === "member";
    },
    legEvent: (event) => {
      if (event.type === "leg-text") return parts.texts.heard(event.legId, event.text);
      if (event.type === "leg-digit") keyPressed(parts, event.legId, event.digit);
      if (event.type !== "leg-referred") return calls.legEvent(event);
      const runner = calls.findByLeg(event.legId);
      if (runner === null) return undefined;
      const refer = { ...parts.commandParts, room, calls, ids: parts.ids, signalling: parts.sip };
      referCall(refer, runner, event).catch((error: unknown) =>
        parts.log.error({ callId: runner.call.callId, error: String(error) }, "REFER could not be answered"),
      );
      return undefined;
    },
  };
}
