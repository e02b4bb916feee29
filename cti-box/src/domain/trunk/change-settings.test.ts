/** A trunk's settings change, and what is told of it. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldChanges, mergePatch, withoutSecrets } from "./change-settings.ts";

describe("a merge patch (RFC 7396, appendix A)", () => {
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, "bar", "bar"],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j is %j", (settings, patch, result) => {
    expect(mergePatch(settings, patch)).toEqual(result);
  });

  it("never reaches a prototype", () => {
    mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("what is told of a change", () => {
  const before = { carrier: "TIM", addresses: ["192.0.2.1"], account: { user: "u", password: "old secret" } };

  it("names each field that differs, and never a password", () => {
    const after = { ...before, addresses: ["192.0.2.2"], account: { user: "u", password: "new secret" }, priority: 2 };
    expect(fieldChanges(before, after)).toEqual([
      { field: "account.password", from: "***", to: "***" },
      { field: "addresses", from: '["192.0.2.1"]', to: '["192.0.2.2"]' },
      { field: "priority", from: null, to: "2" },
    ]);
    expect(fieldChanges(before, null)).toContainEqual({ field: "account.password", from: "***", to: null });
  });

  it("holds no secret, whatever the settings are", () => {
    const secret = fc.string({ minLength: 8, maxLength: 20 }).map((text) => `secret-${text}`);
    fc.assert(
      fc.property(secret, fc.option(secret), (password, other) => {
        const settings = { carrier: "c", account: { user: "u", password } };
        const next = other === null ? null : { carrier: "c", account: { user: "u", password: other } };
        expect(JSON.stringify(fieldChanges(settings, next))).not.toContain("secret-");
        expect(JSON.stringify(withoutSecrets(settings))).not.toContain("secret-");
      }),
    );
  });
});
