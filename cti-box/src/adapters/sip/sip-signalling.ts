/** The `CallSignalling` port over the drachtio control protocol: legs, registrar, and who may send what. */
import { sourceOfInvite } from "./invite-source.ts";
import { Nonces } from "./registrar/nonces.ts";
import { OfferedAlgorithms } from "./registrar/offered-algorithms.ts";
import { Registrar, sourceOf } from "./registrar/registrar.ts";
import { connectControl, endsCallsWithUs } from "./control-connection.ts";
import { readInvite } from "./incoming-invite.ts";
import { readReplaces, type ReplacedDialog } from "./headers/replaces.ts";
import { KeySpeech, type SpokenKey } from "./leg/key-speech.ts";
import { LegBook } from "./leg/leg-book.ts";
import { keptDialog } from "./leg/kept-dialog.ts";
import { hangUpDialog, takeBackLegs } from "./leg/take-back-legs.ts";
import { notifyReferrer, tellHandover } from "./leg/own-requests.ts";
import { sendText } from "./leg/text-messages.ts";
import { SipLeg } from "./leg/sip-leg.ts";
import { Carriers } from "./carriers.ts";
import { routeRequests } from "./route-requests.ts";
import type { AuthenticationParts } from "./registrar/authenticate.ts";
import type { ControlAddress, ControlConnection, ControlListener } from "./control-connection.ts";
import type { SipDialog, SipRequest, SipResponse } from "./drachtio.ts";
import type { LegParts } from "./leg/leg-parts.ts";
import type { OwnOffice } from "./outgoing-invite.ts";
import type {
  CallSignalling,
  Clock,
  Ids,
  Log,
  NamedLeg,
  PlaceLegOrder,
  SignallingHost,
} from "../../application/ports.ts";
import type {
  RegisterOrder,
  TrialOrder,
  TrialResult,
  TrunkProbes,
  TrunkRegistrar,
  TrunkTerms,
  TrunkTrials,
} from "../../application/trunk-ports.ts";
import type { ConnectedIdentity, Renegotiation } from "../../application/far-end.ts";
import type { RestartMemory } from "../../application/restart-memory.ts";
import type { ProbeAnswer } from "../../domain/trunk/trunk-health.ts";
import type { RegisterAnswer } from "../../domain/trunk/trunk-registration.ts";
import type { LegEndReason } from "../../domain/call/call-effect.ts";
import type { LegId } from "../../domain/call/ids.ts";

export type SipSignallingParts = {
  control: ControlAddress;
  office: OwnOffice;
  clock: Clock;
  ids: Pick<Ids, "legId">;
  log: Log;
  /** What an earlier run of the box has left; absent: nothing. */
  memory?: RestartMemory;
  /** Where calls outlive the box: what it is to the stack, and whether browsers' connections stay. Absent: the stack hangs up when the box is gone, where it can. */
  survival?: { tags: readonly string[]; browsersStay: boolean };
};

type Running = {
  host: SignallingHost;
  registrar: Registrar;
  connection: ControlConnection;
  authentication: AuthenticationParts;
  /** `new`: the kept dialogs are not known yet. */
  run: "new" | "going";
};

export class SipSignalling implements CallSignalling, TrunkProbes, TrunkRegistrar, TrunkTrials {
  private readonly parts: SipSignallingParts;
  private readonly legs = new Map<LegId, SipLeg>();
  private readonly carriers: Carriers;
  private readonly keySpeech = new KeySpeech();
  /** Which Call-ID the latest legs have or had. */
  readonly legBook = new LegBook();
  private running: Running | null = null;

  constructor(parts: SipSignallingParts) {
    this.parts = parts;
    this.carriers = new Carriers({ ...parts, stack: () => this.running?.connection.stack ?? null });
  }

  async start(host: SignallingHost): Promise<void> {
    const { control, clock, log, office, memory, survival } = this.parts;
    const authentication: AuthenticationParts = {
      realm: office.domain,
      nonces: new Nonces(clock),
      algorithms: new OfferedAlgorithms(),
      findAccount: (user) => host.findAccount(user),
    };
    const registrar = new Registrar({
      ...authentication,
      registrationsChanged: (operatorId, devices) => host.registrationsChanged(operatorId, devices),
      memory,
      clock,
      log,
    });
    registrar.takeBack({ browsersStay: survival?.browsersStay ?? false });
    const listener: ControlListener = {
      log,
      tags: survival?.tags ?? [endsCallsWithUs],
      route: (connection) => {
        this.running = { host, registrar, connection, authentication, run: "new" };
        routeRequests(connection.stack, {
          register: (request, response) => registrar.receive(request, response),
          invite: (request, response) => this.receiveInvite(request, response),
          retryAfterSeconds: () => host.retryAfterSeconds(),
          log,
        });
      },
      onDialogs: (dialogIds) => this.dialogsKept(dialogIds),
      onLost: () => this.stackLost(),
    };
    try {
      await connectControl(control, listener);
    } catch (error) {
      this.running = null;
      registrar.close();
      throw error;
    }
  }

  async placeLeg(order: PlaceLegOrder): Promise<void> {
    await SipLeg.placed(order, this.legParts(), (leg) => this.legs.set(order.legId, leg));
  }

  async progressLeg(legId: LegId): Promise<void> {
    this.legs.get(legId)?.progress();
  }

  async answerLeg(legId: LegId, sdp: string, connected: ConnectedIdentity | null): Promise<void> {
    this.legs.get(legId)?.answer(sdp, connected);
  }

  async tellConnected(legId: LegId, connected: ConnectedIdentity): Promise<void> {
    this.legs.get(legId)?.tellConnected(connected);
  }

  async rejectLeg(legId: LegId, refusal: { status: number; reason: LegEndReason }): Promise<void> {
    this.legs.get(legId)?.reject(refusal.status, refusal.reason);
  }

  async endLeg(legId: LegId, reason: LegEndReason): Promise<void> {
    this.legs.get(legId)?.end(reason);
  }

  async answerReinvite(legId: LegId, sdp: string): Promise<void> {
    this.legs.get(legId)?.answerReinvite({ sdp });
  }

  async refuseReinvite(legId: LegId, status: number): Promise<void> {
    this.legs.get(legId)?.answerReinvite({ status });
  }

  async renegotiateLeg(legId: LegId, sdp: string): Promise<Renegotiation> {
    return (await this.legs.get(legId)?.renegotiate(sdp)) ?? { kind: "refused", status: 481 };
  }

  async notifyReferrer(legId: LegId, status: number): Promise<void> {
    this.legs.get(legId)?.tell((dialog, by) => notifyReferrer(dialog, status, by));
  }

  async sendKey(legId: LegId, key: SpokenKey): Promise<void> {
    this.legs.get(legId)?.tell((dialog, by) => this.keySpeech.say(dialog, key, by));
  }

  async tellHandover(legId: LegId): Promise<void> {
    this.legs.get(legId)?.tell((dialog, by) => tellHandover(dialog, by));
  }

  async sendText(legId: LegId, text: string): Promise<"sent" | "refused" | "failed"> {
    const leg = this.legs.get(legId);
    return leg === undefined ? "failed" : sendText(leg, text);
  }

  useTerms(trunkId: string, terms: TrunkTerms | null): void {
    this.carriers.useTerms(trunkId, terms);
  }

  register(order: RegisterOrder): Promise<RegisterAnswer> {
    return this.carriers.register(order);
  }

  probe(target: Parameters<TrunkProbes["probe"]>[0]): Promise<ProbeAnswer> {
    return this.carriers.probe(target);
  }

  tryCarrier(order: TrialOrder): Promise<TrialResult> {
    return this.carriers.tryCarrier(order);
  }

  dropAccount(authorizationUser: string): void {
    const { running } = this;
    if (running === null) return;
    const uris = running.registrar.bindings.of(authorizationUser).map((binding) => binding.device.uri);
    running.registrar.drop(authorizationUser);
    for (const leg of this.legs.values()) {
      if (leg.placedTo !== null && uris.includes(leg.placedTo)) leg.lost("account");
    }
  }

  openLegs(): LegId[] {
    return [...this.legs.keys()];
  }

  async close(): Promise<void> {
    const { running } = this;
    this.running = null;
    this.legs.clear();
    running?.registrar.close();
    running?.connection.close();
  }

  private receiveInvite(request: SipRequest, response: SipResponse): void {
    const { running } = this;
    if (running === null) return response.send(503);
    const source = sourceOfInvite({ ...running, log: this.parts.log }, request, response);
    if (source === null) return undefined;
    const legId = this.parts.ids.legId();
    const meant = readReplaces(request.get("replaces"));
    const replaces = meant === null ? "unknown" : (this.legOfDialog(meant) ?? "unknown");
    const invite = readInvite(request, { legId, source, replaces: request.has("replaces") ? replaces : null });
    if ("status" in invite) {
      this.parts.log.warn({ ...sourceOf(request), status: invite.status, why: invite.why }, "call refused");
      return response.send(invite.status);
    }
    this.legBook.remember(legId, request.get("call-id"));
    const terms = this.carriers.terms.ofAnswer(source, request);
    this.legs.set(legId, SipLeg.offered(legId, this.legParts(), { request, response, terms }));
    const verdict = running.host.inviteReceived(invite);
    if (verdict.kind === "accepted") return undefined;
    this.legs.delete(legId);
    const { status, retryAfterSeconds } = verdict;
    if (retryAfterSeconds === undefined) return response.send(status);
    return response.send(status, { headers: { "Retry-After": String(retryAfterSeconds) } });
  }

  private legParts(): LegParts {
    const { running } = this;
    if (running === null) throw new Error("signalling is not running");
    const { host, connection } = running;
    return {
      stack: connection.stack,
      office: this.parts.office,
      terms: this.carriers.terms,
      log: this.parts.log,
      clock: this.parts.clock,
      emit: (event) => host.legEvent(event),
      onSent: (legId, invite) => this.legBook.remember(legId, invite.get("call-id")),
      onTalking: (leg, dialog) => this.remember(leg, dialog),
      onOver: (legId) => this.forget(legId),
      takesText: (legId) => host.takesText(legId),
      mayRefer: (legId, isAttended) => host.mayRefer(legId, isAttended),
      findLeg: (legId) => this.legs.get(legId) ?? null,
      legOfDialog: (dialog) => this.legOfDialog(dialog),
    };
  }

  private legOfDialog(dialog: ReplacedDialog): NamedLeg | null {
    const leg = [...this.legs.values()].find((one) => one.isDialog(dialog));
    return leg === undefined ? null : { legId: leg.legId, isEarlyOnly: dialog.isEarlyOnly };
  }

  private remember({ legId, placedTo }: Pick<SipLeg, "legId" | "placedTo">, dialog: SipDialog): void {
    // Dialogs that end with the box are not worth remembering.
    if (this.parts.survival !== undefined) this.parts.memory?.keep("dialog", legId, keptDialog(dialog, placedTo));
  }

  private forget(legId: LegId): void {
    this.legs.delete(legId);
    if (this.parts.survival !== undefined) this.parts.memory?.forget("dialog", legId);
  }

  /** What the stack has kept for us: of an earlier run of the box legs go on; of a connection that was only lost none does. */
  private dialogsKept(dialogIds: readonly string[]): void {
    const { running } = this;
    if (running === null) return;
    const left = new Set(dialogIds);
    if (running.run === "new") {
      running.run = "going";
      const { memory } = this.parts;
      const { stack, client } = running.connection;
      const taken = memory === undefined ? [] : takeBackLegs({ memory, stack, client }, left, this.legParts());
      for (const { leg, sipCallId } of taken) {
        this.legs.set(leg.legId, leg);
        this.legBook.remember(leg.legId, sipCallId);
      }
      running.host.legsTakenBack(taken.map(({ leg }) => leg.legId));
    }
    for (const dialogId of left) hangUpDialog(running.connection.client, dialogId, this.parts.log);
  }

  /** Whether the stack has kept anything is known when it is back; nobody waits for that. */
  private stackLost(): void {
    for (const leg of this.legs.values()) leg.lost("stack");
    this.running?.registrar.forgetBrowsers();
  }
}
