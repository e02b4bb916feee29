import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownCopy, Remnants } from "./remnants.ts";

describe("remnants", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are known for as long as copies may come, and not much longer", () => {
    const remnants = new Remnants<string>(32_000);
    remnants.add("a", "one");
    vi.advanceTimersByTime(20_000);
    remnants.add("b", "two");
    vi.advanceTimersByTime(11_999);
    expect(remnants.get("a")).toBe("one");
    vi.advanceTimersByTime(501);
    expect(remnants.get("a")).toBeUndefined();
    expect(remnants.get("b")).toBe("two");
    vi.advanceTimersByTime(20_000);
    expect(remnants.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a hundred thousand of them need one timer and leave nothing", () => {
    const remnants = new Remnants<null>(32_000);
    for (let count = 0; count < 100_000; count += 1) {
      remnants.add(String(count), null);
      if (count % 1_000 === 0) vi.advanceTimersByTime(320);
    }
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(33_000);
    expect(remnants.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    remnants.add("again", null);
    expect(remnants.get("again")).toBeNull();
    remnants.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a copy shares no memory with what it was made from", () => {
    const body = Buffer.from("v=0");
    const copy = ownCopy({ head: "SIP/2.0 200 OK\r\n\r\n", body });
    expect(copy.body.equals(body)).toBe(true);
    expect(copy.body.buffer.byteLength).toBe(body.length);
  });
});
