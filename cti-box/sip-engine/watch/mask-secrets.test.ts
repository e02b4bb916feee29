import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskSecrets, maskSecretsInText } from "./mask-secrets.ts";

const message = (headers: string[], body = "", start = "INVITE sip:bob@example.net SIP/2.0"): string =>
  [start, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n");

describe("secrets of a message", () => {
  it.each([
    [
      'Authorization: Digest username="anna", realm="r", nonce="abc1", uri="sip:r", response="0123abcd", cnonce="zz", nc=00000001',
      ["abc1", "0123abcd", '"zz"'],
      ['username="anna"', "nc=00000001"],
    ],
    ["proxy-authorization:Digest response=0123abcd,username=anna", ["0123abcd"], ["username=anna"]],
    ['Authorization: Digest username="anna",\r\n response="0123abcd"', ["0123abcd"], ['username="anna"']],
    ["Authorization: Basic YW5uYTpzZWNyZXQ=", ["YW5uYTpzZWNyZXQ"], ["Basic ***"]],
    ['WWW-Authenticate: Digest realm="r", nonce="abc1", algorithm=MD5', ["abc1"], ['realm="r"', "algorithm=MD5"]],
    ['Authentication-Info: nextnonce="abc1", rspauth="ffee"', ["abc1", "ffee"], ["nextnonce"]],
    [
      "Contact: <sip:anna:topsecret@192.0.2.1:5060;transport=tcp>",
      ["topsecret"],
      ["sip:anna:***@192.0.2.1:5060;transport=tcp"],
    ],
    ["Refer-To: <sip:bob@example.net?Proxy-Authorization=Digest%20response%3dffee&X=1>", ["ffee"], ["&X=1"]],
    ["User-to-User: 0123456789abcdef;encoding=hex;purpose=la2", ["0123456789abcdef"], [";encoding=hex;purpose=la2"]],
    ["Identity: eyJhbGciOi.J9.xx;info=<https://cert.example>", ["eyJhbGciOi"], ["Identity: ***"]],
  ])("%s", (header, hidden, kept) => {
    const masked = maskSecretsInText(message([header, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"]));
    for (const secret of hidden) expect(masked).not.toContain(secret);
    for (const known of [...kept, "branch=z9hG4bK1"]) expect(masked).toContain(known);
  });

  it.each([
    {
      type: "application/sdp",
      body: "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3|2^20\r\na=ice-pwd:asd88fgpdd777u\r\na=ice-ufrag:8hhY\r\n",
      hidden: ["d0RmdmcmVCspeEc3", "asd88fgpdd777u"],
      kept: ["|2^20", "a=ice-ufrag:8hhY"],
    },
    {
      type: "application/sdp",
      body: "v=0\r\na=crypto:1  AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3|2^20|1:4;inline:NzB4d1BINUAvLEw6|2^20|2:4 KDR=1\r\na=Crypto:2 AEAD_AES_128_GCM INLINE:Zm9vYmFy\r\n",
      hidden: ["d0RmdmcmVCspeEc3", "NzB4d1BINUAvLEw6", "Zm9vYmFy"],
      kept: ["|2^20|1:4;inline:", "|2:4 KDR=1", "a=Crypto:2 AEAD_AES_128_GCM"],
    },
    {
      type: "application/dtmf-relay",
      body: "Signal=7\r\nDuration=160\r\n",
      hidden: ["Signal=7"],
      kept: ["Signal=*", "Duration=160"],
    },
    { type: "application/dtmf", body: "7", hidden: ["7"], kept: [] },
    {
      type: "application/kpml-response+xml",
      body: '<kpml-response digits="1234" tag="a"/>',
      hidden: ["1234"],
      kept: ['tag="a"'],
    },
  ])("in a body of $type, which keeps its length", ({ type, body, hidden, kept }) => {
    const masked = maskSecretsInText(message([`Content-Type: ${type}`], body, "INFO sip:bob@example.net SIP/2.0"));
    const after = masked.slice(masked.indexOf("\r\n\r\n") + 4);
    expect(after).toHaveLength(body.length);
    for (const secret of hidden) expect(after).not.toContain(secret);
    for (const known of kept) expect(after).toContain(known);
  });

  it("a text message is hidden whole", () => {
    const masked = maskSecretsInText(message(["CSeq: 1 MESSAGE"], "vediamoci alle 8", "MESSAGE sip:bob@h SIP/2.0"));
    expect(masked).not.toContain("vediamoci");
    expect(masked.endsWith("*".repeat(16))).toBe(true);
  });

  it("what has no secrets is left as it is, byte for byte, and nothing makes it fail", () => {
    const plain = Buffer.from(message(['From: "Città" <sip:a@b>;tag=1'], "v=0\r\n"));
    expect(maskSecrets(plain)).toBe(plain);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const given = Buffer.from(bytes);
        expect(maskSecrets(Buffer.concat([plain, given])).length).toBeGreaterThan(0);
      }),
    );
  });

  it("takes time in proportion to the length, also for what is made to be slow", () => {
    const long = "x".repeat(60_000);
    const started = performance.now();
    for (const header of [
      `Authorization: Digest ${"response=".repeat(6_000)}`,
      `From: sip:${long}`,
      `A: ${"\r\n ".repeat(20_000)}`,
      "sip:a:".repeat(10_000),
      `T: ${"sip:a:b@".repeat(8_000)}`,
    ])
      maskSecretsInText(message([header], `Signal ${"\n ".repeat(20_000)}\na=crypto:1 ${"inline:".repeat(20_000)}`));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
