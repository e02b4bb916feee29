import { describe, expect, it } from "vitest";
import { InvalidEngineOptions } from "../engine-options.ts";
import { protectionOptionsFrom } from "./protection-flags.ts";
import { problemsOfProtection } from "./protection-options.ts";

describe("the protection on the command line", () => {
  it("nothing said: nothing but the defaults", () => {
    expect(protectionOptionsFrom({})).toEqual({ protection: {} });
  });

  it("words become options", () => {
    const { protection } = protectionOptionsFrom({
      protection: "on",
      trusted: ["192.0.2.0/24"],
      refusals: "5",
      ban: "30",
      scanner: ["nosy"],
      blocked: ["From=@spam.example"],
      "blocked-answer": "603",
      "register-at-address": "refused",
      "health-check": "balancer",
    });
    expect(protection).toMatchObject({
      mode: "on",
      trusted: ["192.0.2.0/24"],
      refusals: 5,
      banMs: 30_000,
      blocked: [{ header: "from", text: "@spam.example" }],
      blockedAnswer: "603",
      registerAtAddress: "refused",
      healthCheckAgent: "balancer",
    });
    expect(protection.scannerAgents).toEqual(expect.arrayContaining(["friendly-scanner", "nosy"]));
    expect(problemsOfProtection(protection)).toEqual([]);
  });

  it("what cannot be read is told all at once", () => {
    const words = { protection: "maybe", blocked: ["spam"], "blocked-answer": "604" };
    expect(() => protectionOptionsFrom(words)).toThrow(InvalidEngineOptions);
    try {
      protectionOptionsFrom(words);
    } catch (error) {
      expect((error as InvalidEngineOptions).problems).toEqual([
        "blocked: spam is not of the form HEADER=TEXT",
        "protection: maybe is not one of on, off",
        "blocked-answer: 604 is not one of silence, 603",
      ]);
    }
  });

  it("and what is out of range with the engine's other options", () => {
    const { protection } = protectionOptionsFrom({
      trusted: ["carrier.example"],
      refusals: "many",
      "request-burst": "0",
      blocked: ["subject=x", "from= "],
    });
    expect(problemsOfProtection(protection)).toEqual([
      "request-burst: 0 is not between 1 and 1000000",
      "refusals: NaN is not between 1 and 1000000",
      "trusted: carrier.example is not an address or a network such as 192.0.2.0/24",
      "blocked: subject is not one of user-agent, from, to",
      "blocked: an empty text would block everybody",
    ]);
  });
});
