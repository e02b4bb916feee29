import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Flow } from "../transport/flow.ts";
import { Remnants } from "./remnants.ts";

const textOf = (remnants: Remnants, key: string): string | undefined => remnants.get(key)?.content.toString();

describe("remnants", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are known for as long as copies may come, and not much longer", () => {
    const remnants = new Remnants(32_000);
    remnants.add("a", Buffer.from("one"));
    vi.advanceTimersByTime(20_000);
    remnants.add("b", Buffer.from("two"));
    vi.advanceTimersByTime(11_999);
    expect(textOf(remnants, "a")).toBe("one");
    vi.advanceTimersByTime(501);
    expect(remnants.has("a")).toBe(false);
    expect(textOf(remnants, "b")).toBe("two");
    vi.advanceTimersByTime(20_000);
    expect(remnants.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a hundred thousand of them need one timer, and give all of their memory back", () => {
    const remnants = new Remnants(32_000);
    for (let count = 0; count < 100_000; count += 1) {
      remnants.add(
        `z9hG4bK${count}|198.51.100.7:5060|BYE`,
        Buffer.from(`SIP/2.0 200 OK\r\nCSeq: ${count} BYE\r\n\r\n`),
      );
      if (count % 1_000 === 0) vi.advanceTimersByTime(320);
    }
    expect(vi.getTimerCount()).toBe(1);
    expect(textOf(remnants, "z9hG4bK99999|198.51.100.7:5060|BYE")).toBe("SIP/2.0 200 OK\r\nCSeq: 99999 BYE\r\n\r\n");
    expect(textOf(remnants, "z9hG4bK50000|198.51.100.7:5060|BYE")).toContain("CSeq: 50000 BYE");
    expect(remnants.has("z9hG4bK100000|198.51.100.7:5060|BYE")).toBe(false);
    vi.advanceTimersByTime(33_000);
    expect(remnants.size).toBe(0);
    expect(remnants.heldBytes).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    remnants.add("again");
    expect(textOf(remnants, "again")).toBe("");
    remnants.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("each of them is found while older ones end and newer ones come, in a rush and after it", () => {
    const remnants = new Remnants(32_000);
    let last = 0;
    const pass = (each: number, seconds: number): void => {
      for (let second = 0; second < seconds; second += 1) {
        for (let more = 0; more < each; more += 1) remnants.add(`key ${(last += 1)}`, Buffer.from(`content ${last}`));
        vi.advanceTimersByTime(1_000);
      }
    };
    for (const [each, seconds] of [
      [10, 40],
      [2_000, 40],
      [3, 80],
    ] as const) {
      pass(each, seconds);
      // Of the last half minute all are there, of the seconds before none.
      for (let number = last; number > last - each * 31; number -= 1)
        expect(textOf(remnants, `key ${number}`)).toBe(`content ${number}`);
      for (let number = last - each * 34; number > last - each * 39; number -= 1)
        expect(remnants.has(`key ${number}`)).toBe(false);
    }
    expect(remnants.size).toBeLessThan(3 * 34);
    expect(remnants.heldBytes).toBeLessThan(1_000_000);
    remnants.close();
  });

  it("a name that comes again stands for the newer one, until that ends", () => {
    const remnants = new Remnants(32_000);
    remnants.add("a", Buffer.from("one"));
    vi.advanceTimersByTime(16_000);
    remnants.add("a", Buffer.from("two"));
    expect(textOf(remnants, "a")).toBe("two");
    vi.advanceTimersByTime(17_000);
    expect(textOf(remnants, "a")).toBe("two");
    vi.advanceTimersByTime(17_000);
    expect(remnants.has("a")).toBe(false);
  });

  it("keeps names and contents of any size byte for byte, and the way as it is", () => {
    const remnants = new Remnants(32_000);
    const way = { id: "udp:1" } as Flow;
    const large = Buffer.alloc(1_000_000, "é");
    remnants.add("Überweisung ☎ 𝄞", large, way);
    remnants.add("after it", Buffer.from([0, 255, 13, 10]));
    expect(remnants.get("Überweisung ☎ 𝄞")?.content.equals(large)).toBe(true);
    expect(remnants.get("Überweisung ☎ 𝄞")?.way).toBe(way);
    expect(remnants.get("after it")).toEqual({ content: Buffer.from([0, 255, 13, 10]), way: null });
    remnants.close();
  });

  it("what it was made from may change afterwards, and so may what it gives out", () => {
    const remnants = new Remnants(32_000);
    const content = Buffer.from("one");
    remnants.add("a", content);
    content.fill(0);
    remnants.get("a")?.content.fill(0);
    expect(textOf(remnants, "a")).toBe("one");
    remnants.close();
  });
});
