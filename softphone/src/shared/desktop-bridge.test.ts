/** Messages between page and shell: what is not exactly as agreed is refused. */
import { describe, expect, test } from "vitest";
import { linkOpenedSchema, officeAddressSchema, ringingSchema } from "./desktop-bridge.ts";

describe("messages", () => {
  test.each([
    [ringingSchema, { isRinging: false }],
    [ringingSchema, { isRinging: true, text: "Carla Bianchi" }],
    [linkOpenedSchema, { kind: "open" }],
    [linkOpenedSchema, { kind: "fill", text: "1500" }],
    [officeAddressSchema, "urp.example"],
  ])("%# is taken as agreed: %o", (schema, message) => {
    expect(schema.safeParse(message)).toEqual({ success: true, data: message });
  });

  test.each([
    [ringingSchema, { isRinging: true }],
    [ringingSchema, { isRinging: true, text: "x".repeat(201) }],
    [ringingSchema, { isRinging: false, text: "x" }],
    [ringingSchema, { isRinging: false, run: "calc" }],
    [ringingSchema, null],
    [linkOpenedSchema, { kind: "dial", text: "1500" }],
    [linkOpenedSchema, { kind: "fill", text: "" }],
    [linkOpenedSchema, { kind: "fill", text: "1".repeat(121) }],
    [officeAddressSchema, { url: "urp.example" }],
    [officeAddressSchema, "x".repeat(301)],
  ])("%# is refused: %o", (schema, message) => {
    expect(schema.safeParse(message).success).toBe(false);
  });
});
