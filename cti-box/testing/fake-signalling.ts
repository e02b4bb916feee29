/**
 * Signalling without a network: remembers what the box asked for and lets a test play the far ends. Keeps the port's promise that every
 * leg ends with exactly one last word.
 */
import type {
  CallSignalling,
  IncomingInvite,
  InviteVerdict,
  PlaceLegOrder,
  SignallingEvent,
  SignallingHost,
} from "../src/application/ports.ts";
import type {
  RegisterOrder,
  TrialOrder,
  TrialResult,
  TrunkProbes,
  TrunkRegistrar,
  TrunkTerms,
  TrunkTrials,
} from "../src/application/trunk-ports.ts";
import type { ConnectedIdentity, Renegotiation } from "../src/application/far-end.ts";
import type { RegisterAnswer } from "../src/domain/trunk/trunk-registration.ts";
import type { TrialAnswer } from "../src/domain/trunk/trunk-trial.ts";
import type { ProbeAnswer } from "../src/domain/trunk/trunk-health.ts";
import type { LegId } from "../src/domain/call/ids.ts";

export type FakeLeg = { legId: LegId; stage: "incoming" | "placed" | "answered"; order: PlaceLegOrder | null };

export class FakeSignalling implements CallSignalling, TrunkProbes, TrunkRegistrar, TrunkTrials {
  readonly registered: string[] = [];
  /** User names by trunk. */
  readonly credentials = new Map<string, string | null>();
  readonly sessionTimers = new Map<string, TrunkTerms["sessionTimer"]>();
  registerAnswer: RegisterAnswer = { kind: "registered", expiresSeconds: 60 };
  readonly tried: TrialOrder[] = [];
  trialAnswer: TrialAnswer = { kind: "silent" };
  /** What carriers answer to probes, by a part of their URI; silence where there is nothing. */
  readonly probeStatus = new Map<string, number>();
  probes = 0;

  host: SignallingHost | null = null;
  /** One line per request of the box: `place-leg sip:anna@…`, `end-leg <legId> hung-up`. */
  readonly done: string[] = [];
  readonly placed: PlaceLegOrder[] = [];
  private readonly legs = new Map<LegId, FakeLeg>();
  /** `holds`: cancelled legs keep silent until the test lets them speak. */
  cancelled: "speaks" | "holds" = "speaks";

  useTerms(trunkId: string, terms: TrunkTerms | null): void {
    this.credentials.set(trunkId, terms?.credentials?.username ?? null);
    this.sessionTimers.set(trunkId, terms?.sessionTimer ?? null);
  }

  async register({ trunkId, expiresSeconds }: RegisterOrder): Promise<RegisterAnswer> {
    this.registered.push(`${trunkId} ${expiresSeconds}`);
    return this.registerAnswer;
  }

  async probe({ uri }: { uri: string }): Promise<ProbeAnswer> {
    this.probes += 1;
    const found = [...this.probeStatus].find(([part]) => uri.includes(part));
    return found === undefined ? { kind: "silent" } : { kind: "answered", status: found[1] };
  }

  async tryCarrier(order: TrialOrder): Promise<TrialResult> {
    this.tried.push(order);
    return { answer: this.trialAnswer, messages: [] };
  }

  async start(host: SignallingHost): Promise<void> {
    this.host = host;
    host.legsTakenBack(this.openLegs());
  }

  invite(invite: IncomingInvite): InviteVerdict {
    this.legs.set(invite.legId, { legId: invite.legId, stage: "incoming", order: null });
    const verdict = this.required().inviteReceived(invite);
    if (verdict.kind === "refused") this.legs.delete(invite.legId);
    return verdict;
  }

  /** The far end does something; a leg's last word forgets the leg. */
  hear(event: SignallingEvent): void {
    const leg = this.legs.get(event.legId);
    if (event.type === "leg-answered" && leg !== undefined) leg.stage = "answered";
    if (event.type === "leg-failed" || event.type === "leg-cancelled" || event.type === "leg-ended") {
      this.legs.delete(event.legId);
    }
    this.required().legEvent(event);
  }

  async placeLeg(order: PlaceLegOrder): Promise<void> {
    this.done.push(`place-leg ${order.to.uri}`);
    this.placed.push(order);
    this.legs.set(order.legId, { legId: order.legId, stage: "placed", order });
  }

  async progressLeg(legId: LegId): Promise<void> {
    this.done.push(`progress-leg ${legId}`);
  }

  /** Who the far ends were told that they talk with, the last by leg. */
  readonly told = new Map<LegId, ConnectedIdentity>();

  async tellConnected(legId: LegId, connected: ConnectedIdentity): Promise<void> {
    this.told.set(legId, connected);
  }

  async answerLeg(legId: LegId, sdp: string, connected: ConnectedIdentity | null): Promise<void> {
    if (connected !== null) this.told.set(legId, connected);
    this.done.push(`answer-leg ${legId} ${sdp}`);
    const leg = this.legs.get(legId);
    if (leg !== undefined) leg.stage = "answered";
  }

  async rejectLeg(legId: LegId, refusal: { status: number }): Promise<void> {
    this.done.push(`reject-leg ${legId} ${refusal.status}`);
    this.lastWord(legId);
  }

  async endLeg(legId: LegId, reason: string): Promise<void> {
    this.done.push(`end-leg ${legId} ${reason}`);
    const leg = this.legs.get(legId);
    if (leg?.stage === "placed" && this.cancelled === "holds") return;
    this.lastWord(legId);
  }

  async answerReinvite(legId: LegId, sdp: string): Promise<void> {
    this.done.push(`answer-reinvite ${legId} ${sdp}`);
  }

  async refuseReinvite(legId: LegId, status: number): Promise<void> {
    this.done.push(`refuse-reinvite ${legId} ${status}`);
  }

  /** Answers of far ends to our re-INVITEs, or `never`; none: refused. */
  readonly reinviteAnswers = new Map<LegId, string | ((offer: string) => string)>();
  /** So many re-INVITEs to come meet one of the far end's. */
  readonly glares = new Map<LegId, number>();

  async renegotiateLeg(legId: LegId, sdp: string): Promise<Renegotiation> {
    this.done.push(`renegotiate-leg ${legId} ${sdp}`);
    const left = this.glares.get(legId) ?? 0;
    this.glares.set(legId, left - 1);
    if (left > 0) return { kind: "glare", pauseMs: 3000 };
    const answer = this.reinviteAnswers.get(legId);
    if (answer === undefined) return { kind: "refused", status: 488 };
    if (answer === "never") return new Promise(() => undefined);
    return { kind: "agreed", sdp: typeof answer === "function" ? answer(sdp) : answer };
  }

  async notifyReferrer(legId: LegId, status: number): Promise<void> {
    this.done.push(`notify-referrer ${legId} ${status}`);
  }

  async sendKey(legId: LegId, { digit }: { digit: string }): Promise<void> {
    this.done.push(`send-key ${legId} ${digit}`);
  }

  async tellHandover(legId: LegId): Promise<void> {
    this.done.push(`tell-handover ${legId}`);
  }

  /** What offices answer to text in messages. */
  textAnswer: "sent" | "refused" | "failed" = "sent";
  readonly texts: { legId: LegId; text: string }[] = [];

  async sendText(legId: LegId, text: string): Promise<"sent" | "refused" | "failed"> {
    this.texts.push({ legId, text });
    return this.textAnswer;
  }

  dropAccount(authorizationUser: string): void {
    this.done.push(`drop-account ${authorizationUser}`);
  }

  openLegs(): LegId[] {
    return [...this.legs.keys()];
  }

  async close(): Promise<void> {
    this.legs.clear();
  }

  /** The leg that was placed to this contact last. */
  legTo(uriPart: string): LegId {
    const order = this.placed.findLast((one) => one.to.uri.includes(uriPart));
    if (order === undefined) throw new Error(`no leg was placed to ${uriPart}`);
    return order.legId;
  }

  private lastWord(legId: LegId): void {
    this.legs.delete(legId);
    this.required().legEvent({ type: "leg-ended", legId, how: "closed" });
  }

  private required(): SignallingHost {
    if (this.host === null) throw new Error("signalling is not started");
    return this.host;
  }
}
