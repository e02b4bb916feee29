import { ulid } from "ulid";
import { describe, expect, test } from "vitest";
import { operationKey } from "./tupa-client.ts";

describe("the key of an operation on a transfer", () => {
  test("is a ULID of its own, the same each time, whatever letters the transfer's id has", () => {
    // One id in 32 has W as its last letter but one: a key made by putting W there was the transfer's own.
    const ids = [
      "01M84PHEFG6RWJA0E554GXFTWE",
      "01M84PHEFG6RWJA0E554GXFTAE",
      ...Array.from({ length: 200 }, () => ulid()),
    ];
    for (const id of ids) {
      const keys = [id, operationKey(id, "acceptance"), operationKey(id, "withdrawal"), operationKey(id, "return")];
      expect(new Set(keys).size).toBe(4);
      for (const key of keys) expect(key).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      expect(operationKey(id, "withdrawal")).toBe(keys[2]);
    }
  });
});
