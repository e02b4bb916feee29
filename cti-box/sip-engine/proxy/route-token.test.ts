import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Peer } from "../transport/flow.ts";
import { RouteSigner, type TokenUse } from "./route-token.ts";

const key = Buffer.alloc(32, 7);
const dialog: TokenUse = { kind: "dialog", callId: "c@x", tag: "t" };
const path: TokenUse = { kind: "path" };
const peer: Peer = { protocol: "ws", address: "203.0.113.9", port: 40_123 };
const weekS = 7 * 24 * 3_600;

describe("the signature in a route", () => {
  it("says which way the other side is reached, and may stand in a URI as it is", () => {
    const signer = new RouteSigner(key, () => 1_000_000);
    const value = signer.sign(peer, dialog);
    expect(value).toMatch(/^[\w.-]+$/);
    expect(signer.read(value, [dialog])).toEqual({ issuedS: 1_000_000, flow: peer });
    expect(signer.read(signer.sign(null, path), [dialog, path])).toEqual({ issuedS: 1_000_000, flow: null });
    const v6: Peer = { protocol: "tcp", address: "2001:db8::1", port: 5060 };
    expect(signer.read(signer.sign(v6, path), [path])?.flow).toEqual(v6);
  });

  it.each<[string, TokenUse[]]>([
    ["another Call-ID", [{ kind: "dialog", callId: "d@x", tag: "t" }]],
    ["another tag", [{ kind: "dialog", callId: "c@x", tag: "u" }]],
    ["a Path", [path]],
    ["nothing", []],
    ["parts moved from one field to the next", [{ kind: "dialog", callId: "c@x\nt", tag: "" }]],
  ])("is not good for %s", (_what, uses) => {
    const signer = new RouteSigner(key);
    expect(signer.read(signer.sign(peer, dialog), uses)).toBe(null);
  });

  it("of a Path is not good for a dialog", () => {
    const signer = new RouteSigner(key);
    expect(signer.read(signer.sign(peer, path), [dialog])).toBe(null);
  });

  it("is good for a week, and not for another engine", () => {
    let nowS = 1_000_000;
    const signer = new RouteSigner(key, () => nowS);
    const value = signer.sign(peer, dialog);
    nowS += weekS;
    expect(signer.read(value, [dialog])).not.toBe(null);
    expect(new RouteSigner(undefined, () => nowS).read(value, [dialog])).toBe(null);
    nowS += 1;
    expect(signer.read(value, [dialog])).toBe(null);
  });

  it("cannot be changed anywhere, and whatever stands there instead is no exception", () => {
    const signer = new RouteSigner(key, () => 1_000_000);
    const value = signer.sign(peer, dialog);
    fc.assert(
      fc.property(
        fc.nat(value.length - 1),
        fc.constantFrom("a", "c", "X", "Z", "0", "9", ".", "_", "-"),
        (at, letter) => {
          const changed = value.slice(0, at) + letter + value.slice(at + 1);
          expect(changed === value || signer.read(changed, [dialog]) === null).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(signer.read(text, [dialog, path])).toBe(null);
      }),
      { numRuns: 2_000 },
    );
  });
});
