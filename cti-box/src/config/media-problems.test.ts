/** Where the box may receive audio and text beside rtpengines. */
import { expect, it } from "vitest";
import { addressesOfThisMachine, addressProblems } from "./media-problems.ts";

const own = ["192.0.2.7", "10.0.0.7"];

/** `hosts`: of the rtpengines, the first one and the others. */
function problems(listenAddress: string | undefined, [first = "127.0.0.1", ...others]: readonly string[]): string[] {
  const mixer = listenAddress === undefined ? {} : { mixer: { listenAddress } };
  const more = others.map((ngHost) => ({ ngHost, ngPort: 2223 }));
  return addressProblems({ kind: "rtpengine", ngHost: first, ngPort: 2223, others: more, ...mixer }, own);
}

it.each<[string | undefined, string[]]>([
  [undefined, ["192.0.2.8"]],
  ["192.0.2.7", ["192.0.2.8", "127.0.0.1"]],
  ["10.0.0.7", ["media.example"]],
  ["127.0.0.1", ["127.0.0.1", "localhost"]],
  ["127.0.0.9", ["192.0.2.7"]],
])("%s is right with rtpengines at %j", (address, hosts) => {
  expect(problems(address, hosts)).toEqual([]);
});

it("an address of another machine is told, with those that this one has", () => {
  expect(problems("192.0.2.99", ["192.0.2.8"])).toEqual([
    "media.mixer.listenAddress: 192.0.2.99 is no address of this machine, which has 192.0.2.7, 10.0.0.7",
  ]);
});

it("loopback is told once for each rtpengine on another machine", () => {
  expect(problems("127.0.0.1", ["127.0.0.1", "192.0.2.8", "media.example"])).toEqual([
    expect.stringContaining(
      "media.mixer.listenAddress: 127.0.0.1 is this machine alone, and the rtpengine at 192.0.2.8",
    ),
    expect.stringContaining("the rtpengine at media.example is on another one"),
  ]);
});

it("the relay that takes calls over listens at this machine", () => {
  const relay = (listenAddress: string) => ({ kind: "relay", listenAddress, calls: 50 }) as const;
  const first = { kind: "rtpengine", ngHost: "192.0.2.8", ngPort: 2223, others: [] } as const;
  const told = (listenAddress: string): string[] =>
    addressProblems({ ...first, others: [], fallback: relay(listenAddress) }, own);
  expect(told("10.0.0.7")).toEqual([]);
  expect(told("192.0.2.99")).toEqual([
    expect.stringContaining("media.fallback.listenAddress: 192.0.2.99 is no address of this machine"),
  ]);
});

it.each<[object | "off", string[]]>([
  ["off", []],
  [{}, []],
  [{ listenAddress: "10.0.0.7" }, []],
  [{ listenAddress: "127.0.0.1" }, []],
  [{ listenAddress: "0.0.0.0", advertisedAddress: "198.51.100.9" }, []],
  [{ listenAddress: "0.0.0.0" }, ["media.text.listenAddress: 0.0.0.0 is no address that callers can send to"]],
  [{ listenAddress: "192.0.2.99" }, ["media.text.listenAddress: 192.0.2.99 is no address of this machine"]],
])("real-time text at %j", (text, told) => {
  const media = { kind: "rtpengine", ngHost: "192.0.2.8", ngPort: 2223, others: [], text } as Parameters<
    typeof addressProblems
  >[0];
  expect(addressProblems(media, own)).toEqual(told.map((problem) => expect.stringContaining(problem)));
});

it("a machine's own addresses are without loopback", () => {
  expect(addressesOfThisMachine().filter((address) => address.startsWith("127."))).toEqual([]);
});
