/** The files that take longest begin first: one that begins last would be waited for alone. What they take is nowhere in their size, as most of them run a contract written elsewhere. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those of half a minute and more, the longest first. */
const long = [
  "rtpengine/rtpengine-media-server",
  "crm-bridge/src/kill-points",
  "proxy/proxied-calls",
  "relay/relay-media-server",
  "tests/calls/survey",
  "tests/calls/announcements",
  "tests/drachtio-srf/published-tests",
  "control/sipp-calls",
  "user-agent/session-timers",
  "tests/architecture/import-rules",
  "user-agent/reliable-answers",
  "protection/attacks",
  "protection/reflection",
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = long.findIndex((name) => moduleId.includes(name));
  return place === -1 ? long.length : place;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
