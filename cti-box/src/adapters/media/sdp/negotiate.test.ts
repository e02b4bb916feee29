/** Codecs of offers and answers, for legs that are bound to a trunk's codecs. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { AUDIO_CODECS, describeCodec, type AudioCodec } from "./audio-codecs.ts";
import { agreeToOffer, formatsToOffer, NOTHING_AGREED, type Formats } from "./negotiate.ts";

const known = AUDIO_CODECS.map(({ codec }) => codec);
const named = (codecs: readonly { codec: AudioCodec }[]): AudioCodec[] => codecs.map(({ codec }) => codec);
const offerOf = (codecs: readonly AudioCodec[]): Formats => ({
  codecs: codecs.map((codec) => ({ codec, payloadType: describeCodec(codec).payloadType })),
  events: [{ clockRate: 8000, payloadType: 101 }],
});

it.each<{ allowed: AudioCodec[] | null; bound: AudioCodec[] | null; offered: AudioCodec[] }>([
  { allowed: null, bound: null, offered: ["opus", "g722", "pcma", "pcmu"] },
  { allowed: null, bound: ["pcmu", "pcma"], offered: ["pcmu", "pcma"] },
  { allowed: ["pcmu", "g722"], bound: null, offered: ["pcmu", "g722"] },
  { allowed: ["pcmu", "pcma"], bound: ["pcma", "pcmu", "opus"], offered: ["pcmu", "pcma"] },
  { allowed: ["g722"], bound: ["pcma"], offered: [] },
])("allowed $allowed, counterpart $bound: $offered is offered", ({ allowed, bound, offered }) => {
  expect(named(formatsToOffer(bound, NOTHING_AGREED, allowed).codecs)).toEqual(offered);
});

it.each<{ theirs: AudioCodec[]; allowed: AudioCodec[] | null; bound: AudioCodec[] | null; agreed: AudioCodec[] }>([
  { theirs: ["pcmu", "pcma"], allowed: null, bound: null, agreed: ["pcma", "pcmu"] },
  { theirs: ["pcma", "pcmu", "g722"], allowed: ["pcmu", "g722"], bound: null, agreed: ["pcmu", "g722"] },
  { theirs: ["pcma", "pcmu"], allowed: ["pcmu", "pcma"], bound: ["pcma"], agreed: ["pcma"] },
  // The counterpart is renegotiated, the trunk is not.
  { theirs: ["pcma", "pcmu"], allowed: ["pcmu"], bound: ["pcma"], agreed: ["pcmu"] },
  { theirs: ["pcma"], allowed: ["pcmu"], bound: null, agreed: [] },
])("$theirs, allowed $allowed, counterpart $bound: $agreed is agreed to", ({ theirs, allowed, bound, agreed }) => {
  expect(named(agreeToOffer(offerOf(theirs), bound, allowed).codecs)).toEqual(agreed);
});

it("a bound leg is never offered and never agrees to anything else, and its order holds", () => {
  const some = fc.shuffledSubarray([...known]);
  fc.assert(
    fc.property(some, some, fc.option(some), (allowed, theirs, bound) => {
      const offered = named(formatsToOffer(bound, NOTHING_AGREED, allowed).codecs);
      const agreed = named(agreeToOffer(offerOf(theirs), bound, allowed).codecs);
      for (const codecs of [offered, agreed]) expect(codecs).toEqual(allowed.filter((codec) => codecs.includes(codec)));
      expect(agreed.every((codec) => theirs.includes(codec))).toBe(true);
    }),
  );
});
