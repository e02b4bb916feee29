/** The tests' own SRTP against the key derivation of RFC 3711, appendix B.3. */
import { expect, it } from "vitest";
import { SrtpEnvelope } from "./srtp-envelope.ts";

const master = Buffer.from("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6", "hex").toString("base64");

it("derives the session keys of the RFC's example", () => {
  const envelope = new SrtpEnvelope("AES_CM_128_HMAC_SHA1_80", master) as unknown as Record<string, Buffer>;
  expect(envelope["cipherKey"]?.toString("hex")).toBe("c61e7a93744f39ee10734afe3ff7a087");
  expect(envelope["salt"]?.toString("hex")).toBe("30cbbc08863d8c85d49db34a9ae1");
  expect(envelope["authKey"]?.toString("hex")).toBe("cebe321f6ff7716b6fd4ab49af256a156d38baa4");
});
