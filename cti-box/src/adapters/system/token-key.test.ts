/** The signing key on disk: made once, for its owner's eyes, and never quoted. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTokenKey } from "./token-key.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-key-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const mode = (): number => statSync(join(folder, "token-key.jwk")).mode & 0o777;

it("is made once and readable by its owner only, also after somebody opened it", async () => {
  const first = await openTokenKey(folder);
  expect(mode()).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["token-key.jwk"]);
  expect(Object.keys(first.publicJwk)).not.toContain("d");
  chmodSync(join(folder, "token-key.jwk"), 0o644);
  expect((await openTokenKey(folder)).publicJwk).toEqual(first.publicJwk);
  expect(mode()).toBe(0o600);
});

it.each(["", "{", '{"kty":"oct","k":"c2VjcmV0","kid":"1"}', '{"secret":"do not quote"}', "null"])(
  "a damaged file, %j, is named and not quoted",
  async (text) => {
    const file = join(folder, "token-key.jwk");
    writeFileSync(file, text);
    await expect(openTokenKey(folder)).rejects.toThrow(
      `${file} holds no ES256 key; remove it and operators sign in again with a new one`,
    );
  },
);

it("only the public half of a pair is no signing key", async () => {
  const { publicJwk } = await openTokenKey(folder);
  writeFileSync(join(folder, "token-key.jwk"), JSON.stringify(publicJwk));
  await expect(openTokenKey(folder)).rejects.toThrow("holds no ES256 key");
});
