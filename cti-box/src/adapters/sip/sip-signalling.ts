/** The `CallSignalling` port over the drachtio control protocol: legs, registrar, and who may send what. */
import { authenticate, challenge } from "./registrar/authenticate.ts";
import { Nonces } from "./registrar/nonces.ts";
import { OfferedAlgorithms } from "./registrar/offered-algorithms.ts";
import { Registrar, sourceOf } from "./registrar/registrar.ts";
import { connectControl } from "./control-connection.ts";
import { readInvite } from "./incoming-invite.ts";
import { readReplaces, type ReplacedDialog } from "./headers/replaces.ts";
import { LegBook } from "./leg/leg-book.ts";
import { notifyReferrer, tellHandover } from "./leg/own-requests.ts";
import { SipLeg } from "./leg/sip-leg.ts";
import { probeWithOptions } from "./options-probe.ts";
import { registerAtCarrier } from "./trunk-register.ts";
import { tryCarrier } from "./trunk-trial.ts";
import { allowedMethods } from "./outgoing-invite.ts";
import type { AuthenticationParts } from "./registrar/authenticate.ts";
import type { ControlAddress, ControlConnection } from "./control-connection.ts";
import type { SipRequest, SipResponse, SipStack } from "./drachtio.ts";
import type { TrunkCredentials } from "./trunk-register.ts";
import type { LegParts } from "./leg/sip-leg.ts";
import type { OwnOffice } from "./outgoing-invite.ts";
import type {
  CallSignalling,
  Clock,
  Ids,
  IncomingInvite,
  Log,
  NamedLeg,
  PlaceLegOrder,
  SignallingHost,
  RegisterOrder,
  TrialOrder,
  TrialResult,
  TrunkProbes,
  TrunkRegistrar,
  TrunkTrials,
} from "../../application/ports.ts";
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
};

/** Requests outside of dialogs that the box has no use for. */
const refusedMethods = ["subscribe", "message", "publish", "info", "notify", "refer", "update"];

type Running = {
  host: SignallingHost;
  registrar: Registrar;
  connection: ControlConnection;
  authentication: AuthenticationParts;
};

export class SipSignalling implements CallSignalling, TrunkProbes, TrunkRegistrar, TrunkTrials {
  private readonly parts: SipSignallingParts;
  private readonly legs = new Map<LegId, SipLeg>();
  /** What the carriers know the office by. */
  private readonly credentials = new Map<string, TrunkCredentials>();
  /** Which Call-ID the latest legs have or had. */
  readonly legBook = new LegBook();
  private running: Running | null = null;

  constructor(parts: SipSignallingParts) {
    this.parts = parts;
  }

  async start(host: SignallingHost): Promise<void> {
    const { control, clock, log, office } = this.parts;
    const authentication: AuthenticationParts = {
      realm: office.domain,
      nonces: new Nonces(clock),
      algorithms: new OfferedAlgorithms(),
      findAccount: (user) => host.findAccount(user),
    };
    const registrar = new Registrar({
      ...authentication,
      registrationsChanged: (operatorId, devices) => host.registrationsChanged(operatorId, devices),
      clock,
      log,
    });
    const connection = await connectControl(control, {
      log,
      route: (stack) => this.route(stack, registrar),
      onLost: () => this.stackLost(),
    });
    this.running = { host, registrar, connection, authentication };
  }

  async placeLeg(order: PlaceLegOrder): Promise<void> {
    await SipLeg.placed(order, this.legParts(), (leg) => this.legs.set(order.legId, leg));
  }

  async progressLeg(legId: LegId): Promise<void> {
    this.legs.get(legId)?.progress();
  }

  async answerLeg(legId: LegId, sdp: string): Promise<void> {
    this.legs.get(legId)?.answer(sdp);
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

  async renegotiateLeg(legId: LegId, sdp: string): Promise<string | null> {
    return (await this.legs.get(legId)?.renegotiate(sdp)) ?? null;
  }

  async notifyReferrer(legId: LegId, status: number): Promise<void> {
    this.legs.get(legId)?.tell((dialog, by) => notifyReferrer(dialog, status, by));
  }

  async tellHandover(legId: LegId): Promise<void> {
    this.legs.get(legId)?.tell(tellHandover);
  }

  useCredentials(trunkId: string, credentials: TrunkCredentials | null): void {
    if (credentials === null) this.credentials.delete(trunkId);
    else this.credentials.set(trunkId, credentials);
  }

  async register(order: RegisterOrder): Promise<RegisterAnswer> {
    const { running } = this;
    if (running === null) return { kind: "silent" };
    return registerAtCarrier(running.connection.stack, order, this.credentials.get(order.trunkId));
  }

  async probe(target: Parameters<TrunkProbes["probe"]>[0]): Promise<ProbeAnswer> {
    const { running } = this;
    return running === null
      ? { kind: "silent" }
      : probeWithOptions(running.connection.stack, this.parts.office, target);
  }

  async tryCarrier(order: TrialOrder): Promise<TrialResult> {
    const { running } = this;
    if (running === null) return { answer: { kind: "not-sent" }, messages: [] };
    const { office, clock } = this.parts;
    const carrier = { office, credentials: this.credentials.get(order.trunkId), now: () => clock.now() };
    return tryCarrier({ ...carrier, stack: running.connection.stack }, order);
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

  private route(stack: SipStack, registrar: Registrar): void {
    const tellMethods = { headers: { Allow: allowedMethods } };
    const refuse = this.guarded((_request, response) => response.send(405, tellMethods));
    stack.use(
      "register",
      this.guarded((request, response) => registrar.receive(request, response)),
    );
    stack.use(
      "invite",
      this.guarded((request, response) => this.receiveInvite(request, response)),
    );
    stack.use(
      "options",
      this.guarded((_request, response) => response.send(200, tellMethods)),
    );
    for (const method of refusedMethods) stack.use(method, refuse);
  }

  private receiveInvite(request: SipRequest, response: SipResponse): void {
    const { running } = this;
    if (running === null) return response.send(503);
    const source = this.sourceOfInvite(running, request, response);
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
    this.legs.set(legId, SipLeg.offered(legId, this.legParts(), { request, response }));
    const verdict = running.host.inviteReceived(invite);
    if (verdict.kind === "accepted") return undefined;
    this.legs.delete(legId);
    return response.send(verdict.status);
  }

  /** By address; a phone of the office, known by its registration or its credentials, has to prove itself. Null: it was answered here. */
  private sourceOfInvite(
    { host, registrar, authentication }: Running,
    request: SipRequest,
    response: SipResponse,
  ): IncomingInvite["source"] | null {
    const source = host.identifySource(sourceOf(request));
    if (source.kind !== "unknown") return source;
    const mayBePhone =
      request.has("proxy-authorization") || registrar.bindings.registeredFrom(sourceOf(request)) !== null;
    if (!mayBePhone) return source;
    const proof = authenticate(authentication, request, 407);
    if (proof.kind === "account") return { kind: "operator", operatorId: proof.account.operatorId };
    if (proof.kind === "challenge") {
      challenge(authentication, { request, response, status: 407, isStale: proof.isStale });
      return null;
    }
    this.parts.log.warn(
      { ...sourceOf(request), username: proof.username.slice(0, 64), why: proof.why },
      "call refused",
    );
    response.send(403);
    return null;
  }

  private legParts(): LegParts {
    const { running } = this;
    if (running === null) throw new Error("signalling is not running");
    const { host, connection } = running;
    return {
      stack: connection.stack,
      office: this.parts.office,
      credentialsOf: (trunkId) => this.credentials.get(trunkId),
      log: this.parts.log,
      emit: (event) => host.legEvent(event),
      onSent: (legId, invite) => this.legBook.remember(legId, invite.get("call-id")),
      onOver: (legId) => this.legs.delete(legId),
      mayRefer: (legId, isAttended) => host.mayRefer(legId, isAttended),
      findLeg: (legId) => this.legs.get(legId) ?? null,
      legOfDialog: (dialog) => this.legOfDialog(dialog),
    };
  }

  private legOfDialog(dialog: ReplacedDialog): NamedLeg | null {
    const leg = [...this.legs.values()].find((one) => one.isDialog(dialog));
    return leg === undefined ? null : { legId: leg.legId, isEarlyOnly: dialog.isEarlyOnly };
  }

  /** A message that we trip over must not take the box with it. */
  private guarded(handle: (request: SipRequest, response: SipResponse) => void) {
    return (request: SipRequest, response: SipResponse): void => {
      try {
        handle(request, response);
      } catch (error) {
        this.parts.log.error({ ...sourceOf(request), method: request.method, error: String(error) }, "request failed");
        if (!response.finalResponseSent) response.send(500);
      }
    };
  }

  /** The stack has hung up or forgotten every dialog of ours, and forgotten every browser's connection. */
  private stackLost(): void {
    for (const leg of this.legs.values()) leg.lost("stack");
    this.running?.registrar.forgetBrowsers();
  }
}
