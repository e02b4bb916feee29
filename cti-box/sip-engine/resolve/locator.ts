/** Finds the targets of a URI: the plan of `plan-targets.ts` with the names looked up, those that failed lately last. */
import { HostsFile, systemHostsPath } from "./hosts-file.ts";
import { isNumeric, type Destination } from "./destination.ts";
import { NameCache, type Records } from "./name-cache.ts";
import { NameSource } from "./name-source.ts";
import { planTargets, usableFor, type Plan, type Spoken, type Target } from "./plan-targets.ts";
import { questionKey, type Question } from "./records.ts";
import { TargetHealth } from "./target-health.ts";

export type LocatorOptions = {
  /** `address` or `address:port` of name servers; empty: those that the system is set up with. */
  dnsServers: readonly string[];
  /** Milliseconds from any start; tests bring their own. */
  now?: () => number;
  random?: () => number;
  hostsPath?: string;
  /** How long one name server is waited for, and all of them together; milliseconds. */
  attemptMs?: number;
  totalMs?: number;
};

/** NAPTR, SRV, addresses: no destination needs more rounds of questions. */
const largestRounds = 4;
/** An address asks nothing. */
const noAnswers: ReadonlyMap<string, Records> = new Map();

export class Locator {
  readonly health: TargetHealth;
  readonly #source: NameSource;
  readonly #cache: NameCache;
  readonly #random: () => number;

  constructor(options: LocatorOptions) {
    const now = options.now ?? (() => performance.now());
    const { dnsServers, hostsPath = systemHostsPath(), attemptMs = 1_000, totalMs = 5_000 } = options;
    const hosts = new HostsFile(hostsPath, now);
    this.#source = new NameSource({ hosts, now, servers: dnsServers, attemptMs, totalMs });
    this.#cache = new NameCache({ ask: (question) => this.#source.ask(question), now });
    this.#random = options.random ?? Math.random;
    this.health = new TargetHealth(now);
  }

  /** Questions to name servers since the start. */
  get nameCounters(): NameSource["counters"] {
    return this.#source.counters;
  }

  /**
   * The targets in the order to try them; none: nothing was found. At once for addresses and for names that are known, else as a promise, which never
   * rejects. Null: we do not speak what the URI asks for.
   */
  locate(
    destination: Destination,
    spoken: readonly Spoken[],
  ): readonly Target[] | null | Promise<readonly Target[] | null> {
    if (usableFor(destination, spoken).length === 0) return null;
    if (isNumeric(destination.host)) return this.#ordered(this.#plan(destination, { spoken, answers: noAnswers }));
    const answers = new Map<string, Records>();
    for (let round = 0; round < largestRounds; round += 1) {
      const plan = this.#plan(destination, { spoken, answers });
      if (plan.kind === "targets") return this.#ordered(plan);
      const waited = this.#ask(plan.questions, answers);
      if (waited !== null) return waited.then(() => this.#locateOn(destination, { spoken, answers, round: round + 1 }));
    }
    return [];
  }

  close(): void {
    this.#source.close();
  }

  /** The same rounds with waiting; answers whose life is zero are used within this one request. */
  async #locateOn(
    destination: Destination,
    so: { spoken: readonly Spoken[]; answers: Map<string, Records>; round: number },
  ): Promise<readonly Target[]> {
    for (let { round } = so; round < largestRounds; round += 1) {
      const plan = this.#plan(destination, so);
      if (plan.kind === "targets") return this.#ordered(plan);
      await this.#ask(plan.questions, so.answers);
    }
    return this.#ordered(this.#plan(destination, so));
  }

  #plan(
    destination: Destination,
    { spoken, answers }: { spoken: readonly Spoken[]; answers: ReadonlyMap<string, Records> },
  ): Plan {
    return planTargets(destination, { spoken, answers, random: this.#random });
  }

  #ordered(plan: Plan): readonly Target[] {
    return plan.kind === "targets" ? this.health.inOrder(plan.targets) : [];
  }

  /** Puts the answers where the plan finds them. Null: all of them were known. */
  #ask(questions: readonly Question[], answers: Map<string, Records>): Promise<void> | null {
    const waits: Promise<void>[] = [];
    for (const question of questions) {
      const known = this.#cache.get(question);
      if (known instanceof Promise)
        waits.push(known.then((records) => void answers.set(questionKey(question), records)));
      else answers.set(questionKey(question), known);
    }
    return waits.length === 0 ? null : Promise.all(waits).then(() => undefined);
  }
}
