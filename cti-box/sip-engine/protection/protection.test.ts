import { describe, expect, it } from "vitest";
import { answer, register, scene } from "../testing/protection-scene.ts";
import { SilentFlow } from "../testing/silent-flow.ts";
import { LimitedFlow } from "./limited-flow.ts";
import type { ProtectionOptions } from "./protection-options.ts";

const reasons = ({ protection }: ReturnType<typeof scene>): string[] =>
  protection.snapshot().bans.map(({ reason }) => reason);

describe("guessing passwords", () => {
  it("thirty refused guesses ban the source; nothing of it is looked at for a minute", () => {
    const all = scene();
    const { protection, clock } = all;
    const flow = new SilentFlow("198.51.100.9");
    for (let guess = 0; guess < 30; guess += 1) {
      expect(protection.admits("198.51.100.9")).toBe(true);
      protection.answered(register(null), answer(401, `nonce-${guess}`), flow);
      protection.answered(register(`nonce-${guess}`), answer(403), flow);
    }
    expect(reasons(all)).toEqual(["refused-credentials"]);
    expect(protection.admits("198.51.100.9")).toBe(false);
    expect(protection.admitConnection("198.51.100.9", () => undefined)).toBeNull();
    expect(protection.admits("198.51.100.10")).toBe(true);
    clock.nowMs += 60_001;
    expect(protection.admits("198.51.100.9")).toBe(true);
    expect(protection.counters).toMatchObject({ bannedDatagrams: 1, bannedConnections: 1, bans: 1 });
  });

  it("a good answer clears what was before", () => {
    const all = scene();
    const { protection } = all;
    const flow = new SilentFlow("198.51.100.9", "tcp");
    for (let round = 0; round < 5; round += 1) {
      for (let guess = 0; guess < 25; guess += 1) {
        protection.answered(register(null), answer(401, "n"), flow);
        protection.answered(register("n"), answer(403), flow);
      }
      protection.answered(register("n"), answer(200), flow);
    }
    expect(reasons(all)).toEqual([]);
  });

  it("a ban over a connection closes all connections of the source", () => {
    const { protection } = scene();
    const closed: number[] = [];
    for (let connection = 0; connection < 3; connection += 1)
      expect(protection.admitConnection("198.51.100.9", () => closed.push(connection))).not.toBeNull();
    const flow = new SilentFlow("198.51.100.9", "tcp");
    for (let name = 0; name < 30; name += 1) protection.answered(register(null), answer(404), flow);
    expect(closed).toEqual([0, 1, 2]);
  });

  it.each(["udp", "tcp"] as const)("credentials that are only too old are no offence (%s)", (protocol) => {
    const all = scene();
    const flow = new SilentFlow("198.51.100.9", protocol);
    for (let phone = 0; phone < 1_000; phone += 1) {
      all.protection.answered(register(null), answer(401, "old"), flow);
      all.protection.answered(register("old"), answer(401, "new", ", stale=true"), flow);
    }
    expect(reasons(all)).toEqual([]);
  });

  it("a wrong number dialled by somebody with good credentials is no offence", () => {
    const all = scene();
    const flow = new SilentFlow("198.51.100.9");
    for (let call = 0; call < 1_000; call += 1) all.protection.answered(register("n", "INVITE"), answer(404), flow);
    expect(reasons(all)).toEqual([]);
  });
});

describe("a network that is trusted from now on", () => {
  it("has no ban and no limit, and counts again with all that it has open when it is trusted no more", () => {
    const { protection } = scene({ trusted: ["192.0.2.0/24"], openPerSource: 3 });
    const flow = new SilentFlow("198.51.100.9", "tcp");
    const open = (): number => protection.snapshot().open;
    protection.opened(flow);
    for (let name = 0; name < 30; name += 1) protection.answered(register(null), answer(404), flow);
    expect(protection.admits("198.51.100.9")).toBe(false);
    protection.trust(["198.51.100.0/24"]);
    expect([protection.admits("198.51.100.9"), protection.isTrusted(flow), open()]).toEqual([true, true, 0]);
    for (let call = 0; call < 3; call += 1) protection.opened(flow);
    protection.released(flow);
    expect(protection.isTrusted(new SilentFlow("192.0.2.1"))).toBe(false);
    protection.trust([]);
    expect([open(), protection.admit(flow)]).toEqual([3, "busy"]);
    for (let call = 0; call < 3; call += 1) protection.released(flow);
    expect([open(), protection.admit(flow)]).toEqual([0, "admitted"]);
  });

  it("changes nothing where there are no limits", () => {
    const { protection } = scene({ mode: "off" });
    protection.trust([]);
    expect(protection.isTrusted(new SilentFlow("198.51.100.9"))).toBe(true);
  });
});

describe("an office of 200 phones behind one address", () => {
  it("registers after a power cut, over UDP and with credentials from before, without a request dropped", () => {
    const all = scene();
    const { protection, clock } = all;
    const flow = new SilentFlow("198.51.100.50");
    const phones = Array.from({ length: 200 }, (_none, phone) => phone);
    const admissions = new Set<string>();
    const ask = (): void => {
      admissions.add(protection.admit(flow));
      protection.opened(flow);
    };
    // All at once: with the credentials of before, which nobody knows any more; each three times, as nobody has answered yet.
    for (let copy = 0; copy < 600; copy += 1) ask();
    for (const phone of phones) protection.answered(register("before"), answer(401, `first-${phone}`), flow);
    clock.nowMs += 200;
    for (const phone of phones) {
      ask();
      protection.answered(register(null), answer(401, `second-${phone}`), flow);
    }
    clock.nowMs += 200;
    // Then with new ones, then subscriptions: voice mail, and others' lines seen as occupied.
    for (const phone of phones) {
      ask();
      protection.answered(register(`second-${phone}`), answer(200), flow);
    }
    for (let more = 0; more < 800; more += 1) {
      protection.released(flow);
      ask();
    }
    expect([...admissions]).toEqual(["admitted"]);
    expect(reasons(all)).toEqual([]);
    expect(protection.admits("198.51.100.50")).toBe(true);
  });

  it("keeps its calls when one phone in it guesses passwords, and only makes no new ones", () => {
    const { protection } = scene();
    const flow = new SilentFlow("198.51.100.50");
    protection.good(flow);
    protection.answered(register(null), answer(401, "n"), flow);
    for (let guess = 0; guess < 30; guess += 1) protection.answered(register("n"), answer(403), flow);
    expect(protection.snapshot().bans).toMatchObject([{ scope: "new-requests" }]);
    expect(protection.admits("198.51.100.50")).toBe(true);
    expect(protection.admit(flow)).toBe("silence");
  });

  it("cannot be banned by somebody who writes its address on his datagrams", () => {
    const all = scene();
    const { protection } = all;
    const flow = new SilentFlow("198.51.100.50");
    protection.good(flow);
    for (let forged = 0; forged < 2_000; forged += 1) {
      protection.malformed(flow);
      protection.scanned(flow);
      protection.answered(register("guessed"), answer(403), flow);
      protection.answered(register(null), answer(404), flow);
    }
    expect(reasons(all)).toEqual([]);
  });
});

describe("limits", () => {
  it("requests over the rate: silence for a stranger by datagram, busy for who can be told", () => {
    const { protection, clock } = scene({ requestBurst: 2, requestsPerSecond: 1 });
    const stranger = new SilentFlow("198.51.100.1");
    const connected = new SilentFlow("198.51.100.2", "tcp");
    const proven = new SilentFlow("198.51.100.3");
    protection.proven(proven);
    const thrice = (flow: SilentFlow): string[] => [1, 2, 3].map(() => protection.admit(flow));
    expect(thrice(stranger)).toEqual(["admitted", "admitted", "silence"]);
    expect(thrice(connected)).toEqual(["admitted", "admitted", "busy"]);
    expect(thrice(proven)).toEqual(["admitted", "admitted", "busy"]);
    clock.nowMs += 1_000;
    expect(protection.admit(stranger)).toBe("admitted");
    expect(protection.counters).toMatchObject({ overSourceRate: 3, toldBusy: 2 });
  });

  it("a flood from ever new addresses meets the rate of all strangers; who is known is still served", () => {
    const { protection } = scene({ strangersBurst: 100, strangersPerSecond: 1 });
    const known = new SilentFlow("198.51.100.3");
    protection.proven(known);
    let admitted = 0;
    for (let host = 0; host < 1_000; host += 1)
      if (protection.admit(new SilentFlow(`203.0.${host >> 8}.${host & 255}`)) === "admitted") admitted += 1;
    expect(admitted).toBe(100);
    expect(protection.admit(known)).toBe("admitted");
  });

  it("transactions that are not over: of one source, of all strangers, of all", () => {
    const { protection } = scene({ openPerSource: 3, open: 10 });
    const opens = (flow: SilentFlow, count: number): string[] =>
      Array.from({ length: count }, () => {
        const admission = protection.admit(flow);
        if (admission === "admitted") protection.opened(flow);
        return admission;
      });
    const one = new SilentFlow("198.51.100.1");
    expect(opens(one, 4)).toEqual(["admitted", "admitted", "admitted", "silence"]);
    expect(opens(new SilentFlow("198.51.100.2"), 3)).toEqual(["admitted", "admitted", "silence"]);
    const connected = [3, 4, 5].map((host) => new SilentFlow(`198.51.100.${host}`, "tcp"));
    expect(connected.map((flow) => opens(flow, 2))).toEqual([
      ["admitted", "admitted"],
      ["admitted", "admitted"],
      ["admitted", "busy"],
    ]);
    protection.released(one);
    expect(opens(new SilentFlow("198.51.100.9", "tcp"), 2)).toEqual(["admitted", "busy"]);
    expect(protection.counters).toMatchObject({ overOpenPerSource: 1, overOpen: 3 });
  });

  it("connections: of one source, of all; a trusted network has no limit", () => {
    const { protection } = scene({ connectionsPerSource: 2, connections: 3, trusted: ["10.0.0.0/8"] });
    const taken = (address: string) => protection.admitConnection(address, () => undefined);
    const first = taken("198.51.100.1");
    expect([taken("198.51.100.1"), taken("198.51.100.1")].map((each) => each !== null)).toEqual([true, false]);
    expect([taken("198.51.100.2"), taken("198.51.100.3")].map((each) => each !== null)).toEqual([true, false]);
    expect(Array.from({ length: 10 }, () => taken("10.1.2.3")).includes(null)).toBe(false);
    first?.left();
    first?.left();
    expect([taken("198.51.100.1"), taken("198.51.100.4")].map((each) => each !== null)).toEqual([true, false]);
    expect(protection.snapshot().connections).toBe(3);
  });

  it("a source that we send a request to is heard again, though it was banned", () => {
    const { protection } = scene();
    const flow = new SilentFlow("198.51.100.1");
    for (let message = 0; message < 30; message += 1) protection.malformed(flow);
    expect(protection.admits("198.51.100.1")).toBe(false);
    protection.called("198.51.100.1");
    expect(protection.admits("198.51.100.1")).toBe(true);
    expect(protection.admit(flow)).toBe("silence");
  });

  it("off, or of a trusted network: nothing is counted", () => {
    for (const options of [{ mode: "off" }, { trusted: ["198.51.100.0/24"] }] satisfies ProtectionOptions[]) {
      const { protection } = scene({ ...options, requestBurst: 1 });
      const flow = new SilentFlow("198.51.100.1");
      for (let message = 0; message < 100; message += 1) protection.malformed(flow);
      expect(protection.isTrusted(flow)).toBe(true);
      expect(protection.wayFor(flow, 100)).toBe(flow);
      expect(protection.snapshot().bans).toEqual([]);
    }
  });
});

describe("the way back", () => {
  it("is limited for a datagram's sender until it has proved that it is there, and never for a connection", () => {
    const { protection } = scene();
    const udp = new SilentFlow("198.51.100.1");
    const tcp = new SilentFlow("198.51.100.1", "tcp");
    expect(protection.wayFor(tcp, 100)).toBe(tcp);
    const way = protection.wayFor(udp, 100);
    expect(way).toBeInstanceOf(LimitedFlow);
    way.send(Buffer.alloc(101, "x"));
    expect(udp.sent).toHaveLength(0);
    expect(protection.counters.withheldAnswers).toBe(1);
    protection.proven(udp);
    way.send(Buffer.alloc(101, "x"));
    expect(udp.sent).toHaveLength(1);
    expect(protection.wayFor(udp, 100)).toBe(udp);
  });

  it("brings back a challenge: only who received it can, so the sender is there", () => {
    const { protection } = scene();
    const flow = new SilentFlow("198.51.100.1");
    protection.answered(register(null), answer(401, "given"), flow);
    protection.answered(register("guessed"), answer(403), flow);
    expect(protection.wayFor(flow, 100)).toBeInstanceOf(LimitedFlow);
    protection.answered(register("given"), answer(403), flow);
    expect(protection.wayFor(flow, 100)).toBe(flow);
  });
});
