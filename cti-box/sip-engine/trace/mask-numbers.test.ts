import { expect, it } from "vitest";
import { maskNumbers } from "./mask-numbers.ts";

it.each([
  ["INVITE sip:+390695550100@192.0.2.1:5060 SIP/2.0", "INVITE sip:+39069…00@192.0.2.1:5060 SIP/2.0"],
  ["To: <tel:+39-06-9555-0100;phone-context=x>", "To: <tel:+39-06…00;phone-context=x>"],
  ['From: "3315550123" <sip:3315550123@host>;tag=12345678', 'From: "331555…23" <sip:331555…23@host>;tag=12345678'],
  ["From: 3315550123 <sip:%2B393315550123@h>", "From: 331555…23 <sip:+39331…23@h>"],
  ["X-Called: 0695550100", "X-Called: 069555…00"],
  [
    'Authorization: Digest username="0695550100", nc=00000001',
    'Authorization: Digest username="069555…00", nc=00000001',
  ],
  ["Contact: <sip:201@192.0.2.1:5060>", "Contact: <sip:201@192.0.2.1:5060>"],
  ["Call-ID: 1234567890@192.0.2.1", "Call-ID: 1234567890@192.0.2.1"],
  ["CSeq: 12345678 INVITE", "CSeq: 12345678 INVITE"],
  ["Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1234567890", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1234567890"],
  [
    "A: b\r\n\r\no=- 1234567890 1 IN IP4 192.0.2.1\r\ns=+393315550123",
    "A: b\r\n\r\no=- 1234567890 1 IN IP4 192.0.2.1\r\ns=+39331…23",
  ],
])("%s", (text, masked) => {
  expect(maskNumbers(text)).toBe(masked);
});
