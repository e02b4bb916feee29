import { describe, expect, it } from "vitest";
import { timersFrom } from "./timer-flags.ts";
import { problemsOfTimers, timerValues } from "./timers.ts";

describe("timers", () => {
  it("have the values of RFC 3261 where nothing is said", () => {
    expect(timerValues()).toEqual({
      t1: 500,
      t2: 4_000,
      t4: 5_000,
      timeout: 32_000,
      ringing: 60_000,
      d: 32_000,
      c: 185_000,
    });
  });

  it("follow T1, but for those that are given", () => {
    expect(timerValues({ t1Ms: 100, t4Ms: 700 })).toEqual({
      t1: 100,
      t2: 800,
      t4: 700,
      timeout: 6_400,
      ringing: 12_000,
      d: 6_400,
      c: 37_000,
    });
  });

  it("are refused all at once where they make no sense", () => {
    expect(problemsOfTimers(timersFrom({ t1: "0", t2: "soon", "timer-c": "" }))).toEqual([
      "t1: 0 is not between 1 and 10000 milliseconds",
      "t2: NaN is not between 1 and 60000 milliseconds",
      "timerC: NaN is not between 1 and 3600000 milliseconds",
    ]);
    expect(problemsOfTimers(timersFrom({ t1: "500", t2: "400", t1x64: "300" }))).toEqual([
      "t2: 400 ms is shorter than t1 (500 ms)",
      "timeout: 300 ms is shorter than t1 (500 ms)",
    ]);
    expect(problemsOfTimers({})).toEqual([]);
  });
});
