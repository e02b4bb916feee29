/** Failed targets go last, for a time, and in bounded number; the machine's own names; where name servers are. */
import { describe, expect, it } from "vitest";
import { hostsIn } from "./hosts-file.ts";
import { parseServer } from "./name-source.ts";
import { TargetHealth } from "./target-health.ts";

const place = (port: number) => ({ protocol: "udp", address: "192.0.2.1", port }) as const;

describe("targets that failed", () => {
  it("come last for 30 s or as long as they ask for, and are never left out", () => {
    let now = 0;
    const health = new TargetHealth(() => now);
    health.failed(place(1));
    health.failed(place(2), 60);
    const ports = (): number[] => health.inOrder([place(1), place(2), place(3)]).map(({ port }) => port);
    expect(ports()).toEqual([3, 1, 2]);
    now = 30_000;
    expect(ports()).toEqual([1, 3, 2]);
    now = 60_000;
    expect(ports()).toEqual([1, 2, 3]);
    expect(health.size).toBe(0);
  });

  it("are taken back when they answer, and do not put themselves away for hours", () => {
    let now = 0;
    const health = new TargetHealth(() => now);
    health.failed(place(1), 86_400);
    now = 10 * 60_000;
    expect(health.isBad(place(1))).toBe(false);
    health.failed(place(1));
    health.answered(place(1));
    expect(health.isBad(place(1))).toBe(false);
    health.failed(place(1), 0);
    expect(health.isBad(place(1))).toBe(false);
  });

  it("are remembered in bounded number", () => {
    const health = new TargetHealth(() => 0);
    for (let port = 1; port <= 5_000; port += 1) health.failed(place(port));
    expect(health.size).toBe(2_048);
    expect(health.isBad(place(5_000))).toBe(true);
    expect(health.isBad(place(1))).toBe(false);
  });
});

describe("the machine's own table", () => {
  it("is read with comments, tabs, many names for a line and several lines for a name", () => {
    const hosts = hostsIn(
      "127.0.0.1 localhost # us\n192.0.2.1\tA.example a\r\n2001:db8::1 a\nnonsense b\n\n#192.0.2.9 c",
    );
    expect([...hosts]).toEqual([
      ["localhost", ["127.0.0.1"]],
      ["a.example", ["192.0.2.1"]],
      ["a", ["192.0.2.1", "2001:db8::1"]],
    ]);
  });
});

describe("addresses of name servers", () => {
  it.each([
    ["192.0.2.1", { address: "192.0.2.1", port: 53 }],
    ["192.0.2.1:5353", { address: "192.0.2.1", port: 5_353 }],
    ["2001:db8::1", { address: "2001:db8::1", port: 53 }],
    ["[2001:db8::1]:54", { address: "2001:db8::1", port: 54 }],
    ["name.example", null],
    ["192.0.2.1:0", null],
    ["192.0.2.1:70000", null],
    ["", null],
  ])("%s", (text, server) => {
    expect(parseServer(text)).toEqual(server);
  });
});
