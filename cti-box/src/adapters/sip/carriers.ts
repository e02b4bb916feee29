/** What the office asks of carriers outside of calls: registrations, probes, an administrator's tries. And the terms that hold in calls with them. */
import { probeWithOptions } from "./options-probe.ts";
import { CarrierTerms } from "./carrier-terms.ts";
import { registerAtCarrier } from "./trunk-register.ts";
import { tryCarrier } from "./trunk-trial.ts";
import type { Clock } from "../../application/ports.ts";
import type {
  RegisterOrder,
  TrialOrder,
  TrialResult,
  TrunkProbes,
  TrunkRegistrar,
  TrunkTerms,
  TrunkTrials,
} from "../../application/trunk-ports.ts";
import type { ProbeAnswer } from "../../domain/trunk/trunk-health.ts";
import type { RegisterAnswer } from "../../domain/trunk/trunk-registration.ts";
import type { SipStack } from "./drachtio.ts";
import type { OwnOffice } from "./outgoing-invite.ts";

/** `stack`: null while the signalling does not run. */
export type CarriersParts = { stack(): SipStack | null; office: OwnOffice; clock: Clock };

export class Carriers implements TrunkProbes, TrunkRegistrar, TrunkTrials {
  private readonly parts: CarriersParts;
  readonly terms = new CarrierTerms();

  constructor(parts: CarriersParts) {
    this.parts = parts;
  }

  useTerms(trunkId: string, terms: TrunkTerms | null): void {
    this.terms.use(trunkId, terms);
  }

  async register(order: RegisterOrder): Promise<RegisterAnswer> {
    const stack = this.parts.stack();
    return stack === null
      ? { kind: "silent" }
      : registerAtCarrier(stack, order, this.terms.credentialsOf(order.trunkId));
  }

  async probe(target: Parameters<TrunkProbes["probe"]>[0]): Promise<ProbeAnswer> {
    const stack = this.parts.stack();
    return stack === null ? { kind: "silent" } : probeWithOptions(stack, this.parts.office, target);
  }

  async tryCarrier(order: TrialOrder): Promise<TrialResult> {
    const stack = this.parts.stack();
    if (stack === null) return { answer: { kind: "not-sent" }, messages: [] };
    const { office, clock } = this.parts;
    const carrier = { office, credentials: this.terms.credentialsOf(order.trunkId), now: () => clock.now() };
    return tryCarrier({ ...carrier, stack }, order);
  }
}
