/** How long the journal takes for the steps of a turn: nothing of a call goes on before its step is written. */
import { Histogram, type Family } from "../../../sip-engine/engine.ts";
import type { CallStore } from "../../application/ports.ts";
import { counter } from "./family.ts";

/** Seconds. A commit to a fast disk takes less than a millisecond. */
const bounds = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export class JournalTiming {
  readonly #seconds = new Histogram(bounds);
  #refused = 0;

  /** The same journal, with a watch in the hand. */
  timed(journal: Pick<CallStore, "append">): Pick<CallStore, "append"> {
    return {
      append: async (entries) => {
        const startedAt = performance.now();
        try {
          return await journal.append(entries);
        } catch (error) {
          this.#refused += entries.length;
          throw error;
        } finally {
          this.#seconds.observe((performance.now() - startedAt) / 1_000);
        }
      },
    };
  }

  families(): Family[] {
    return [
      counter(
        "la2_journal_refused_total",
        "Steps of calls that the store did not take; they are tried again.",
        this.#refused,
      ),
    ];
  }

  histogram(): string {
    return this.#seconds.write(
      "la2_journal_append_seconds",
      "Writing the steps of a turn to the journal, in one transaction.",
    );
  }
}
