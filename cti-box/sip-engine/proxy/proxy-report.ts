/** What the application hears of a request that it passed on (control protocol §8): each final answer of a target, then one end. */
import type { Applications } from "../control/applications.ts";
import type { Frame } from "../control/frame.ts";
import { proxyResultFrame, replyFrame } from "../control/frames.ts";
import type { SipResponse } from "../message/sip-message.ts";
import type { Flow } from "../transport/flow.ts";

/** `wants`: every final answer and the end, or the end alone, as soon as the request is on its way. */
export type Audience = { application: string; messageId: string; wants: "every-answer" | "the-end" };

/** A final or provisional answer; `engine`: none came, it stands for that. */
export type Answer = { response: SipResponse; flow: Flow; from: "target" | "engine" };

export class ProxyReport {
  readonly #applications: Applications;
  #audience: Audience | null;

  /** `audience` is null for requests that only pass through. */
  constructor(applications: Applications, audience: Audience | null) {
    this.#applications = applications;
    this.#audience = audience;
  }

  answer(answer: Answer): void {
    if (this.#audience?.wants !== "every-answer") return;
    this.#send(proxyResultFrame(this.#audience.messageId, answer.response, answer));
  }

  /** The request left for a target. */
  onItsWay(): void {
    if (this.#audience?.wants === "the-end") this.end("done");
  }

  /** Once; nothing is said after it. */
  end(outcome: "done" | "not-sent"): void {
    if (this.#audience === null) return;
    const { messageId } = this.#audience;
    const isDone = outcome === "done";
    this.#send(
      isDone ? replyFrame(messageId, "OK", "done") : replyFrame(messageId, "NOK", "error proxying request to "),
    );
    this.#audience = null;
  }

  /** Nothing is said any more. */
  close(): void {
    this.#audience = null;
  }

  #send(frame: Frame): void {
    if (this.#audience) this.#applications.get(this.#audience.application)?.send(frame);
  }
}
