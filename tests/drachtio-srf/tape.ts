/**
 * Stands in for the package `tape` in the process that runs a published test: the calls of it that these tests make, each reported as a fact. Stricter than tape: a test ends
 * with its first assertion that does not hold (the published chains stop there without ending), what comes after the end is a failure, and a promise that nobody caught is told.
 */
import { report } from "./reports.ts";

type Body = (t: RunningTest) => void;

const waiting: { name: string; body: Body }[] = [];

process.on("unhandledRejection", (reason) => {
  report({ kind: "unhandled-rejection", detail: reason instanceof Error ? (reason.stack ?? "") : String(reason) });
});

/** Tests run one after the other, from when the file has been read. */
export function test(name: string, body: Body): void {
  if (waiting.push({ name, body }) === 1) setImmediate(() => void runAll());
}

async function runAll(): Promise<void> {
  for (;;) {
    const next = waiting[0];
    if (next === undefined) break;
    report({ kind: "test-began", test: next.name });
    const running = new RunningTest(next.name);
    next.body(running);
    await running.ended;
    report({ kind: "test-ended", test: next.name });
    waiting.shift();
  }
  process.exit(0);
}

/** How long a callback may still say something after its test has ended. */
const afterwardsMs = 100;

/** How much longer than its author allows a test may take: the files run side by side, and the machine may have other work. */
const patience = 3;

class RunningTest {
  readonly ended: Promise<void>;
  readonly #name: string;
  readonly #end: () => void;
  #state: "running" | "ended" = "running";
  #limit: NodeJS.Timeout | undefined;

  constructor(name: string) {
    this.#name = name;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = () => {
      clearTimeout(this.#limit);
      this.#state = "ended";
      setTimeout(resolve, afterwardsMs);
    };
  }

  timeoutAfter(publishedMs: number): void {
    const limitMs = publishedMs * patience;
    this.#limit = setTimeout(
      () => this.#assert("ends in time", false, `after ${limitMs} ms it had not ended`),
      limitMs,
    );
  }

  pass(name = ""): void {
    this.#assert(name, true);
  }

  fail(name = ""): void {
    this.#assert(name, false);
  }

  ok(value: unknown, name = ""): void {
    this.#assert(name, Boolean(value), `${String(value)} is not truthy`);
  }

  error(error: unknown, name = "no error"): void {
    this.#assert(name, !error, error instanceof Error ? error.stack : String(error));
  }

  throws(code: () => unknown, ...[expected, name]: [unknown?, string?]): void {
    const text = typeof expected === "string" ? expected : (name ?? "");
    try {
      code();
    } catch (error) {
      const isExpected = typeof expected !== "function" || error instanceof expected;
      this.#assert(text, isExpected, String(error));
      return;
    }
    this.#assert(text, false, "it did not throw");
  }

  doesNotThrow(code: () => unknown, name = ""): void {
    try {
      code();
      this.#assert(name, true);
    } catch (error) {
      this.#assert(name, false, String(error));
    }
  }

  end(error?: unknown): void {
    if (error) this.error(error);
    if (this.#state === "running") this.#end();
  }

  #assert(name: string, holds: boolean, detail = ""): void {
    const isLate = this.#state === "ended";
    const isGood = holds && !isLate;
    const why = isLate ? `after the test had ended: ${detail}` : detail;
    report({ kind: "assertion", test: this.#name, name, holds: isGood, ...(!isGood && { detail: why }) });
    if (!isGood && !isLate) this.#end();
  }
}
