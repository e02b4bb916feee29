/** Connected applications: which one takes a new request, and how a frame reaches the owner of a call (control protocol §3.3, §12). */

export interface Application {
  readonly name: string;
  readonly routes: ReadonlySet<string>;
  send(frame: Buffer): void;
}

export class Applications {
  readonly #connected = new Map<string, Application>();
  #turn = 0;

  add(application: Application): void {
    this.#connected.set(application.name, application);
  }

  remove(name: string): void {
    this.#connected.delete(name);
  }

  get(name: string): Application | undefined {
    return this.#connected.get(name);
  }

  /** The next application, in turn, among those registered for the method. */
  next(verb: string): Application | undefined {
    const willing = [...this.#connected.values()].filter((application) => application.routes.has(verb));
    if (willing.length === 0) return undefined;
    this.#turn = (this.#turn + 1) % 0x7fff_ffff;
    return willing[this.#turn % willing.length];
  }
}
