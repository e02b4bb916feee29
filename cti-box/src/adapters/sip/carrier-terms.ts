/** What calls with each carrier are bound to at the SIP layer: who the office is there, and session timers. */
import { timerOfAnswer, timerOfInvite } from "./headers/session-timer.ts";
import type { IncomingInvite, PlaceLegOrder } from "../../application/ports.ts";
import type { TrunkTerms } from "../../application/trunk-ports.ts";
import type { SipHeaders, SipMessage } from "./drachtio.ts";
import type { TrunkCredentials } from "./trunk-register.ts";

export class CarrierTerms {
  private readonly terms = new Map<string, TrunkTerms>();

  /** From the next requests on; null: the trunk is gone. */
  use(trunkId: string, terms: TrunkTerms | null): void {
    if (terms === null) this.terms.delete(trunkId);
    else this.terms.set(trunkId, terms);
  }

  credentialsOf(trunkId: string): TrunkCredentials | undefined {
    return this.terms.get(trunkId)?.credentials ?? undefined;
  }

  /** Headers of the INVITE that goes there, beside who calls whom. */
  ofInvite(to: PlaceLegOrder["to"]): SipHeaders {
    return to.kind === "trunk" ? timerOfInvite(this.terms.get(to.trunkId)?.sessionTimer ?? null) : {};
  }

  /** Headers of the 2xx to that INVITE. */
  ofAnswer(source: IncomingInvite["source"], invite: Pick<SipMessage, "get">): SipHeaders {
    return source.kind === "trunk" ? timerOfAnswer(this.terms.get(source.trunkId)?.sessionTimer ?? null, invite) : {};
  }
}
