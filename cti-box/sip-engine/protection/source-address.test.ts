import { describe, expect, it } from "vitest";
import { parseNetwork, sourceKey, trustedNetworks } from "./source-address.ts";

describe("what counts as one source", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
    ["2001:db8::6", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
  ])("%s is counted as %s", (address, key) => {
    expect(sourceKey(address)).toBe(key);
  });
});

describe("networks", () => {
  it.each(["192.0.2.0/24", "192.0.2.1", "2001:db8::/32", "::1", "0.0.0.0/0"])("%s can be read", (text) => {
    expect(parseNetwork(text)).not.toBeNull();
  });

  it.each(["192.0.2.0/33", "2001:db8::/129", "carrier.example", "192.0.2", "192.0.2.0/", "192.0.2.0/8/8", ""])(
    "%s is no network",
    (text) => {
      expect(parseNetwork(text)).toBeNull();
    },
  );

  it.each([
    ["127.0.0.9", true],
    ["192.0.2.255", true],
    ["192.0.3.0", false],
    ["2001:db8:ffff::1", true],
    ["2001:db9::1", false],
    ["fe80::1%eth0", false],
    ["no address", false],
  ])("%s is trusted: %s", (address, isTrusted) => {
    expect(trustedNetworks(["127.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"])(address)).toBe(isTrusted);
  });
});
