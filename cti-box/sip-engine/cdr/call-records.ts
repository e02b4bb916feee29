/** Call detail records, told to the applications that asked for them, each event to one of them in turn (control protocol §13). There only where switched on. */
import type { Applications } from "../control/applications.ts";
import { cdrFrame } from "../control/frames.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { ClientOutcome } from "../transaction/client-transaction.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { CallLeg, type CdrEvent, type LegRole, type StopReason } from "./call-leg.ts";
import { PassedCalls } from "./passed-calls.ts";

/** What an INVITE from the network became when it was answered with 2xx. */
export type Answered = "passed-on" | ((leg: CallLeg) => void);

export class CallRecords {
  readonly #applications: Applications;
  readonly #passed = new PassedCalls();
  readonly #received = new WeakMap<ServerTransaction, CallLeg>();

  constructor(applications: Applications) {
    this.#applications = applications;
  }

  /** A new INVITE from the network; `accepted` is asked once it is answered with 2xx. */
  received(transaction: ServerTransaction, accepted: () => Answered): void {
    const { request } = transaction;
    const leg = this.#open("network", request);
    this.#received.set(transaction, leg);
    transaction.onFinal = (response) => {
      const { status } = response;
      if (status >= 300)
        return leg.stop(status === 487 ? canceledBy("network", request) : rejectedBy("application", response));
      const became = accepted();
      const role: LegRole = became === "passed-on" ? "proxy-uas" : "uas";
      leg.start({ source: "application", role, message: response });
      if (became === "passed-on") this.#follow(leg, response);
      else became(leg);
      return undefined;
    };
  }

  /** The engine has to answer it, because its application does not. */
  failed(transaction: ServerTransaction): void {
    this.#received.get(transaction)?.stop(failure(transaction.request));
  }

  /** A new INVITE of an application, or one that is passed on. */
  placed(request: SipRequest): CallLeg {
    return this.#open("application", request);
  }

  /** What a target of a proxied INVITE said. Null: not a new call. */
  passedOn(request: SipRequest): ((outcome: ClientOutcome) => void) | null {
    if (request.method !== "INVITE" || tagOf(request.headers.first("to")) !== null) return null;
    const leg = this.placed(request);
    return (outcome) => {
      if (outcome.kind !== "response") return leg.stop(failure(request));
      const { response } = outcome;
      if (response.status < 200) return undefined;
      if (response.status >= 300)
        return leg.stop(response.status === 487 ? canceledBy("network", request) : rejectedBy("network", response));
      leg.start({ source: "network", role: "proxy-uac", message: response });
      return this.#follow(leg, response);
    };
  }

  /** A BYE inside of a proxied call. */
  passedBye(bye: SipRequest): void {
    if (bye.method === "BYE") this.#passed.end(bye, { source: "network", reason: "normal-release", message: bye });
  }

  close(): void {
    this.#passed.close();
  }

  /** Where the engine does not stay on the way it hears nothing more: the record ends with the answer. */
  #follow(leg: CallLeg, response: SipResponse): void {
    const isRecorded = response.headers.lines("record-route").some((route) => route.includes(";la2="));
    if (isRecorded) this.#passed.add(leg, response);
    else leg.stop({ source: "network", reason: "normal-release", message: response });
  }

  #open(source: "network" | "application", message: SipRequest): CallLeg {
    return new CallLeg((event) => this.#tell(event), { source, message });
  }

  #tell(event: CdrEvent): void {
    const name = `cdr:${event.kind}`;
    const more = event.kind === "start" ? event.role : event.kind === "stop" ? event.reason : null;
    this.#applications.next(name)?.send(cdrFrame(name, event, more));
  }
}

type Stop = { source: "network" | "application"; reason: StopReason; message: SipRequest | SipResponse };

export function canceledBy(source: Stop["source"], message: SipRequest): Stop {
  return { source, reason: "call-canceled", message };
}

export function rejectedBy(source: Stop["source"], message: SipResponse): Stop {
  return { source, reason: "call-rejected", message };
}

export function failure(message: SipRequest | SipResponse): Stop {
  return { source: "application", reason: "system-error-initiated-termination", message };
}
