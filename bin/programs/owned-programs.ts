/**
 * The one owner of a set of programs: it starts them, hears of it when one ends by itself, and ends them all.
 *   open ─close─▶ closing ─▶ closed        kill() ends what is left at once, from any state
 */
import {
  killGroup,
  lastLines,
  type OwnedProgram,
  type ProgramEnd,
  type ProgramOrder,
  spawnProgram,
} from "./child-program.ts";

export type UnexpectedEnd = { name: string; end: ProgramEnd; lastLines: string };

export class OwnedPrograms {
  /** Resolves when a program ends that nobody asked to end. */
  readonly failed: Promise<UnexpectedEnd>;
  readonly #programs: OwnedProgram[] = [];
  readonly #changed: (programs: readonly OwnedProgram[]) => void;
  #reportFailure: (end: UnexpectedEnd) => void = () => undefined;
  #state: "open" | "closing" = "open";
  /** Also a crash of ours leaves no program behind. */
  readonly #killAtExit = (): void => this.kill();

  /** `changed` is told of every program as soon as it has a pid. */
  constructor(changed: (programs: readonly OwnedProgram[]) => void = () => undefined) {
    this.#changed = changed;
    this.failed = new Promise((resolve) => (this.#reportFailure = resolve));
    process.once("exit", this.#killAtExit);
  }

  get programs(): readonly OwnedProgram[] {
    return this.#programs;
  }

  /** Starts one and waits until it answers. Rejects with ProgramDidNotStart. */
  async start(order: ProgramOrder): Promise<OwnedProgram> {
    if (this.#state !== "open") throw new Error(`${order.name} is not started: everything is being stopped`);
    const { program, ready } = spawnProgram(order);
    this.#add(program);
    await ready;
    this.#watch(program);
    return program;
  }

  /** Takes over a program that was started elsewhere and runs already. */
  adopt(program: OwnedProgram): void {
    this.#add(program);
    this.#watch(program);
  }

  /** Ends all of them, the one started last first. */
  async close(): Promise<void> {
    this.#state = "closing";
    for (const program of this.#programs.toReversed()) {
      try {
        await program.close();
      } catch {
        killGroup(program.pid);
      }
    }
    process.off("exit", this.#killAtExit);
  }

  kill(): void {
    this.#state = "closing";
    for (const program of this.#programs) program.kill();
  }

  #add(program: OwnedProgram): void {
    this.#programs.push(program);
    this.#changed(this.#programs);
  }

  #watch(program: OwnedProgram): void {
    void program.ended.then((end) => {
      if (this.#state === "open") {
        this.#reportFailure({ name: program.name, end, lastLines: lastLines(program.logFile) });
      }
    });
  }
}
