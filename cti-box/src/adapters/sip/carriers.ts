/** What the office asks of carriers outside of calls: registrations, probes, an administrator's tries. */
import { probeWithOptions } from "./options-probe.ts";
import { registerAtCarrier, type TrunkCredentials } from "./trunk-register.ts";
import { tryCarrier } from "./trunk-trial.ts";
import type { Clock } from "../../application/ports.ts";
import type {
  RegisterOrder,
  TrialOrder,
  TrialResult,
  TrunkProbes,
  TrunkRegistrar,
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
  /** What the carriers know the office by. */
  private readonly credentials = new Map<string, TrunkCredentials>();

  constructor(parts: CarriersParts) {
    this.parts = parts;
  }

  credentialsOf(trunkId: string): TrunkCredentials | undefined {
    return this.credentials.get(trunkId);
  }

  useCredentials(trunkId: string, credentials: TrunkCredentials | null): void {
    if (credentials === null) this.credentials.delete(trunkId);
    else this.credentials.set(trunkId, credentials);
  }

  async register(order: RegisterOrder): Promise<RegisterAnswer> {
    const stack = this.parts.stack();
    return stack === null ? { kind: "silent" } : registerAtCarrier(stack, order, this.credentialsOf(order.trunkId));
  }

  async probe(target: Parameters<TrunkProbes["probe"]>[0]): Promise<ProbeAnswer> {
    const stack = this.parts.stack();
    return stack === null ? { kind: "silent" } : probeWithOptions(stack, this.parts.office, target);
  }

  async tryCarrier(order: TrialOrder): Promise<TrialResult> {
    const stack = this.parts.stack();
    if (stack === null) return { answer: { kind: "not-sent" }, messages: [] };
    const { office, clock } = this.parts;
    const carrier = { office, credentials: this.credentialsOf(order.trunkId), now: () => clock.now() };
    return tryCarrier({ ...carrier, stack }, order);
  }
}
