/** Which lines of keys we act on. */
import { expect, it } from "vitest";
import { readSession } from "./read-session.ts";

const key30 = Buffer.alloc(30, 7).toString("base64");
const key28 = Buffer.alloc(28, 7).toString("base64");

function linesOf(...crypto: string[]): string[] {
  const sdp = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", "m=audio 4000 RTP/SAVP 8"];
  const read = readSession([...sdp, ...crypto.map((line) => `a=crypto:${line}`), ""].join("\r\n"));
  return read.ok ? read.session.crypto.map(({ tag, suite }) => `${tag} ${suite}`) : [read.reason];
}

it.each([
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30}`, true],
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30}|2^31`, true],
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30}|1048576`, true],
  [`1 AEAD_AES_128_GCM inline:${key28}`, true],
  [`1 AEAD_AES_128_GCM inline:${key28.replaceAll("=", "")}`, true],
  // A key identifier stands in every packet; we would not look for it.
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30}|2^31|1:1`, false],
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30}|1:4`, false],
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30};inline:${key30}`, false],
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30} KDR=1`, false],
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key30} WSH=64 UNENCRYPTED_SRTP`, false],
  [`1 AES_CM_128_HMAC_SHA1_80 inline:${key28}`, false],
  [`1 AES_CM_128_HMAC_SHA1_32 inline:${key30}`, false],
  ["1 AES_CM_128_HMAC_SHA1_80 uri:https://keys.example/1", false],
  ["nonsense", false],
])("%s: %s", (line, isKnown) => {
  expect(linesOf(line)).toEqual(isKnown ? [line.split(" ").slice(0, 2).join(" ")] : []);
});

it("a thousand of them are read as far as anybody would write them", () => {
  expect(linesOf(...Array.from({ length: 1000 }, (_, tag) => `${tag} NULL_HMAC_SHA1_80 inline:${key30}`))).toEqual([
    "bad-sdp",
  ]);
});
