/** Engine and application of the soak, each a process of its own, so that what is measured of one is nothing of the other or of the test. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { EngineLoad } from "../../user-agent/engine-core.ts";
import type { Heap } from "./heap.ts";

const answerDeadlineMs = 60_000;

class Told {
  readonly #child: ChildProcess;
  #output = "";

  constructor(script: string, words: string[]) {
    const path = new URL(script, import.meta.url).pathname;
    this.#child = fork(path, words, { execArgv: ["--expose-gc"], stdio: ["ignore", "pipe", "pipe", "ipc"] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.#output = `${this.#output}${chunk.toString()}`.slice(-10_000)));
  }

  /** The next message of that kind; throws with what the process wrote when it ends or is late. */
  async hears<Message>(kind: string, question?: string): Promise<Message> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(answerDeadlineMs)]);
    const ended = once(this.#child, "exit", { signal }).then(() => {
      throw new Error(`the process ended:\n${this.#output}`);
    });
    if (question !== undefined) this.#child.send(question);
    try {
      for (;;) {
        const [message] = (await Promise.race([once(this.#child, "message", { signal }), ended])) as [
          { kind: string } & Message,
        ];
        if (message.kind === kind) return message;
      }
    } finally {
      ended.catch(() => undefined);
      over.abort();
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.disconnect();
    const hard = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(hard);
  }
}

export class SoakProcesses {
  readonly sipPort: number;
  readonly #engine: Told;
  readonly #application: Told;

  private constructor(engine: Told, application: Told, sipPort: number) {
    this.#engine = engine;
    this.#application = application;
    this.sipPort = sipPort;
  }

  static async start(): Promise<SoakProcesses> {
    const engine = new Told("engine-process.ts", []);
    const { adminPort, contacts } = await engine.hears<{ adminPort: number; contacts: string[] }>("started");
    const application = new Told("application-process.ts", [String(adminPort)]);
    await application.hears("started");
    return new SoakProcesses(engine, application, Number(contacts[0]?.split(":").at(-1)));
  }

  async load(): Promise<EngineLoad> {
    return (await this.#engine.hears<{ answer: EngineLoad }>("load", "load")).answer;
  }

  /** Calls that the application could not join, by the status that it heard. */
  async failures(): Promise<Record<string, number>> {
    return (await this.#application.hears<{ answer: Record<string, number> }>("counts", "counts")).answer;
  }

  async heaps(): Promise<{ engine: Heap; application: Heap }> {
    const [engine, application] = await Promise.all(
      [this.#engine, this.#application].map((each) => each.hears<{ answer: Heap }>("heap", "heap")),
    );
    if (engine === undefined || application === undefined) throw new Error("a process did not answer");
    return { engine: engine.answer, application: application.answer };
  }

  async close(): Promise<void> {
    await this.#application.close();
    await this.#engine.close();
  }
}
