/** Who a request is from, where carriers are known by addresses and by networks. */
import { expect, it } from "vitest";
import { identifySource } from "./identify-source.ts";
import type { KnownSources } from "./identify-source.ts";

const known: KnownSources = {
  trunks: [
    { trunkId: "wide", addresses: ["198.51.100.0/24", "2001:db8:1::/48"] },
    { trunkId: "narrow", addresses: ["198.51.100.64/26", "carrier.example"] },
    { trunkId: "single", addresses: ["198.51.100.70", "127.0.0.1:5070"] },
  ],
  proxyAddresses: ["198.51.100.9"],
  members: [{ officeId: "x_test2", addresses: ["198.51.100.10"] }],
};

it.each([
  ["198.51.100.1", 5060, { kind: "trunk", trunkId: "wide" }],
  ["198.51.100.255", 5060, { kind: "trunk", trunkId: "wide" }],
  ["198.51.101.0", 5060, { kind: "unknown" }],
  ["198.51.99.255", 5060, { kind: "unknown" }],
  ["2001:db8:1:ffff::1", 5060, { kind: "trunk", trunkId: "wide" }],
  ["2001:DB8:1::", 5060, { kind: "trunk", trunkId: "wide" }],
  ["2001:db8:2::1", 5060, { kind: "unknown" }],
  // The longest prefix, and an address before any network, whoever's it is.
  ["198.51.100.65", 5060, { kind: "trunk", trunkId: "narrow" }],
  ["198.51.100.128", 5060, { kind: "trunk", trunkId: "wide" }],
  ["198.51.100.70", 5060, { kind: "trunk", trunkId: "single" }],
  ["198.51.100.9", 5060, { kind: "proxy" }],
  ["198.51.100.10", 5060, { kind: "member", officeId: "x_test2" }],
  ["127.0.0.1", 5070, { kind: "trunk", trunkId: "single" }],
  ["127.0.0.1", 5071, { kind: "unknown" }],
  // What is no address is inside of nothing.
  ["", 5060, { kind: "unknown" }],
  ["198.51.100.256", 5060, { kind: "unknown" }],
  ["2001:db8:1:::1", 5060, { kind: "unknown" }],
])("%s port %i", (address, port, expected) => {
  expect(identifySource(known, { address, port })).toEqual(expected);
});
