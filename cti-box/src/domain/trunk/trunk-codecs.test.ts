/** What a phone may speak that is to talk over trunks which have not been called yet. */
import { expect, it } from "vitest";
import { sharedTelephoneCodecs, type TrunkCodec } from "./trunk-codecs.ts";

it.each<[lists: (TrunkCodec[] | null)[], shared: TrunkCodec[] | null]>([
  [[], null],
  [[null, null], null],
  [[["PCMU", "PCMA"]], ["PCMA", "PCMU"]],
  [[["G722", "PCMA"], null], ["PCMA"]],
  [[["PCMA", "PCMU"], ["PCMU"]], ["PCMU"]],
  [[["PCMA"], ["PCMU"]], null],
  [[["G722"]], null],
])("%j share %j", (lists, shared) => {
  const routes = lists.map((_, index) => ({ trunkId: String(index) }));
  expect(sharedTelephoneCodecs(routes, (trunkId) => lists[Number(trunkId)] ?? null)).toEqual(shared);
});
