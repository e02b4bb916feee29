/** Wishes of trunks about keys that the media server, or the trunk's codecs, cannot fulfil. */
import { expect, it } from "vitest";
import { trunkSchema } from "./trunk-section.ts";
import { trunkProblems } from "./trunk-problems.ts";
import type { OfficeConfig } from "../config.ts";

const relay = { kind: "relay", listenAddress: "127.0.0.1" } as const;
const rtpengine = { kind: "rtpengine", ngHost: "127.0.0.1", ngPort: 2223, others: [] } satisfies OfficeConfig["media"];
const keyLog = { host: "127.0.0.1", port: 2224 };

function problems(trunk: object, media: OfficeConfig["media"]): string[] {
  const trunks = [trunkSchema.parse({ trunkId: "one", carrier: "One", addresses: ["192.0.2.1"], ...trunk })];
  return trunkProblems({ trunks, numbers: [], media });
}

it.each<[object, OfficeConfig["media"]]>([
  [{}, rtpengine],
  [{ dtmf: "info" }, { ...rtpengine, keyLog }],
  [{ dtmf: "info" }, relay],
  [{ dtmf: "inband" }, relay],
  [{ dtmf: "inband", codecs: ["PCMU", "PCMA"] }, relay],
  [{ dtmf: "auto", codecs: ["G722", "PCMA"] }, relay],
])("%j is right with %j", (trunk, media) => {
  expect(problems(trunk, media)).toEqual([]);
});

it.each<[object, OfficeConfig["media"], string]>([
  [{ dtmf: "inband" }, rtpengine, "trunks[0].dtmf: inband needs the built-in relay"],
  [{ dtmf: "auto" }, { ...rtpengine, keyLog }, "trunks[0].dtmf: auto needs the built-in relay"],
  [{ dtmf: "info" }, rtpengine, "trunks[0].dtmf: info needs media.keyLog"],
  [{ dtmf: "inband", codecs: ["G722", "PCMA"] }, relay, "trunks[0].codecs: tones (dtmf inband) survive PCMA and PCMU"],
])("%j with %j is told", (trunk, media, problem) => {
  expect(problems(trunk, media)).toEqual([expect.stringContaining(problem)]);
});
