/** Connected applications: which one takes a new request, and how a frame reaches the owner of a call (control protocol §3.3, §12). */
import type { Frame } from "./frame.ts";

export interface Application {
  readonly name: string;
  /** Methods it takes outside of dialogs, lower case. */
  readonly routes: ReadonlySet<string>;
  /** Tags it authenticated with (control protocol §11). */
  readonly tags: readonly string[];
  /** Takes no more new requests for now: it reads slower than it is written to. */
  readonly isSlow: boolean;
  send(frame: Frame): void;
  /** Sends a frame that is never read together with frame number `apartFrom`; the number of this one (`frame-writer.ts` says why). */
  tell(frame: Frame, apartFrom?: number): number;
  /** The application reacted to the frame of that number. */
  hasRead(frameNumber: number): void;
}

/** Since the engine started, for whoever watches it. */
export type ApplicationCounters = {
  authenticated: number;
  /** Refused for a wrong secret, wrong tags, or something else before the secret. */
  refused: number;
  /** Let go because they did not read what they were sent. */
  stalled: number;
  /** Frames written only to keep others out of one read. */
  gaps: number;
  /** Frames from applications, and to them. */
  framesReceived: number;
  framesSent: number;
};

type Turns = { willing: Application[]; next: number };

export class Applications {
  readonly #connected = new Map<string, Application>();
  readonly counters: ApplicationCounters = {
    authenticated: 0,
    refused: 0,
    stalled: 0,
    gaps: 0,
    framesReceived: 0,
    framesSent: 0,
  };
  /** By verb, in the order in which they asked; a look-up costs the same however many there are. */
  readonly #byVerb = new Map<string, Turns>();

  get size(): number {
    return this.#connected.size;
  }

  add(application: Application): void {
    this.#connected.set(application.name, application);
  }

  remove(name: string): void {
    const application = this.#connected.get(name);
    if (application === undefined) return;
    this.#connected.delete(name);
    this.unrouteAll(application);
  }

  get(name: string): Application | undefined {
    return this.#connected.get(name);
  }

  /** The application wants new requests of this method from now on. */
  route(application: Application, verb: string): void {
    const turns = this.#byVerb.get(verb);
    if (turns === undefined) this.#byVerb.set(verb, { willing: [application], next: 0 });
    else if (!turns.willing.includes(application)) turns.willing.push(application);
  }

  unroute(application: Application, verb: string): void {
    const turns = this.#byVerb.get(verb);
    const index = turns?.willing.indexOf(application) ?? -1;
    if (turns === undefined || index === -1) return;
    turns.willing.splice(index, 1);
    if (turns.next > index) turns.next -= 1;
    if (turns.willing.length === 0) this.#byVerb.delete(verb);
  }

  unrouteAll(application: Application): void {
    for (const verb of application.routes) this.unroute(application, verb);
  }

  /**
   * The next application, in turn, among those registered for the method; each method has its own turn. One that cannot keep up with
   * what it is sent is passed over as long as another one can. With a tag: only those that authenticated with it.
   */
  next(verb: string, tag: string | null = null): Application | undefined {
    const turns = this.#byVerb.get(verb);
    if (turns === undefined) return undefined;
    const { willing } = turns;
    let slow: Application | undefined;
    for (let step = 0; step < willing.length; step += 1) {
      const index = (turns.next + step) % willing.length;
      const application = willing[index];
      if (application === undefined || (tag !== null && !application.tags.includes(tag))) continue;
      if (application.isSlow) {
        slow ??= application;
        continue;
      }
      turns.next = (index + 1) % willing.length;
      return application;
    }
    return slow;
  }
}
