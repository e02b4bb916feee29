/** Who may call what. */
import { expect, it } from "vitest";
import { defaultPermissions, mayDial } from "./dial-permissions.ts";

it.each([
  [["front_office"], "mobile", true],
  [["front_office"], "international", false],
  [["front_office", "supervisor"], "international", true],
  [["administrator"], "premium", false],
  [["back_office"], "emergency", true],
] as const)("%j may call %s numbers: %s", (roles, kind, isAllowed) => {
  expect(mayDial(defaultPermissions, roles, kind)).toBe(isAllowed);
});

it("nothing in the configuration forbids emergency numbers", () => {
  const nothing = { front_office: [], back_office: [], supervisor: [], administrator: [] };
  expect(mayDial(nothing, ["front_office"], "emergency")).toBe(true);
  expect(mayDial(nothing, ["administrator"], "geographic")).toBe(false);
});
