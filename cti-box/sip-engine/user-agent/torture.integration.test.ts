/** Messages that break parsers, over UDP and over TCP: the project's own always, RFC 4475 and RFC 5118 where their files are at hand. The engine lives on with a normal call after each. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMessage } from "../message/parse-message.ts";
import type { SipMessage } from "../message/sip-message.ts";
import { parseNameAddress, parseSipUri, tagOf } from "../message/sip-uri.ts";
import { parseVia } from "../message/via.ts";
import { dropped, ofIpv6, refused, understood, type TortureMessage } from "../testing/torture/own-messages.ts";
import {
  areAtHand,
  bytesOf,
  filesOf,
  ipv6Messages,
  rfc4475,
  rfc5118,
  tortureMessages,
} from "../testing/torture/published-messages.ts";
import { TortureScene } from "../testing/torture/torture-scene.ts";

const published: [string, TortureMessage[]][] = areAtHand
  ? [
      ...Object.entries(rfc4475).map(([kind, files]): [string, TortureMessage[]] => [
        `RFC 4475: ${kind}`,
        tortureMessages(files),
      ]),
      ["RFC 5118", ipv6Messages()],
    ]
  : [];
const kinds: [string, TortureMessage[]][] = [
  ["own: understood", understood],
  ["own: IPv6", ofIpv6],
  ["own: refused", refused],
  ["own: out of place", dropped],
  ...published,
];

describe.each(["udp", "tcp"] as const)("over %s", (protocol) => {
  let scene: TortureScene;
  beforeAll(async () => {
    scene = await TortureScene.open();
  });
  afterAll(() => scene.close());

  describe.each(kinds)("%s", (_kind, messages) => {
    it.each(messages)("$name", async ({ bytes, status, overTcp }) => {
      const expected = protocol === "tcp" ? (overTcp ?? status) : status;
      const sent = await scene.send(protocol, bytes);
      // It is complete before anything would come to a message that is dropped.
      await scene.normalCall();
      await expect.poll(() => sent.status(), { timeout: expected === 0 ? 50 : 5_000, interval: 5 }).toBe(expected);
      sent.close();
    });
  });

  it("the cookie alone as a branch does not mix up two requests", async () => {
    const of = (callId: string): Buffer =>
      Buffer.from(
        `OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
      );
    for (const callId of ["cookie-1", "cookie-2"]) {
      const sent = await scene.send(protocol, of(callId));
      await expect.poll(() => sent.status(), { timeout: 5_000 }).toBe(200);
      sent.close();
    }
  });

  it("an extension that nobody has is named in Unsupported", async () => {
    const sent = await scene.send(protocol, refused.find(({ status }) => status === 420)?.bytes ?? Buffer.alloc(0));
    await expect
      .poll(() => sent.answers().join("\n"), { timeout: 5_000 })
      .toMatch(/^Unsupported: nothing, nothing-else/im);
    sent.close();
  });

  it("nothing is left of all that", async () => {
    await expect
      .poll(() => scene.load(), { timeout: 20_000 })
      .toEqual({ transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 });
  });
});

describe("two requests in one", () => {
  const one = (callId: string): string =>
    `OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${callId}\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;

  it.each(["udp", "tcp"] as const)("over %s: the first alone in a datagram, both on a stream", async (protocol) => {
    const scene = await TortureScene.open();
    try {
      const sent = await scene.send(protocol, Buffer.from(`${one("first")}\r\n${one("second")}`));
      await scene.normalCall();
      const answered = protocol === "udp" ? ["first"] : ["first", "second"];
      await expect
        .poll(() => sent.answers().map((text) => /^Call-ID: (\w+)/im.exec(text)?.[1]), { timeout: 5_000 })
        .toEqual(answered);
      sent.close();
    } finally {
      await scene.close();
    }
  });
});

/** What has to be understood in a valid message. */
function factsOf(message: SipMessage): unknown[] {
  const { headers } = message;
  const via = headers.values("via").map((value) => parseVia(value)?.protocol ?? "unreadable");
  const start =
    message.kind === "request" ? [message.method, parseSipUri(message.uri)?.user] : [message.status, message.reason];
  const from = headers.first("from") ?? "";
  return [...start, parseNameAddress(from).uri, tagOf(from)?.slice(0, 20), via.join(), message.body.length];
}

describe.skipIf(!areAtHand)("RFC 4475 and RFC 5118", () => {
  it("are complete", () => {
    const known = Object.values(rfc4475).flatMap((files) => Object.keys(files));
    expect(known.toSorted()).toEqual(filesOf("rfc4475").toSorted());
    expect(Object.keys(rfc5118).toSorted()).toEqual(filesOf("rfc5118").toSorted());
  });

  const strangeUser = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)";
  const strangeMethod = "!interesting-Method0123456789_*+`.%indeed'~";
  const longCaller = `sip:${"amazinglylongcallername".repeat(5)}@example.net`;
  it.each([
    ["wsinv", ["INVITE", "vivekg", "sip:jdrosen@example.com", "98asjd8", "udp,tcp,udp", 150]],
    ["intmeth", [strangeMethod, strangeUser, "sip:mundane@example.com", "_token~1'+`*%!-.", "tcp", 0]],
    ["esc01", ["INVITE", "sips%3Auser%40example.com", "sip:I%20have%20spaces@example.net", "938", "udp", 150]],
    ["escnull", ["REGISTER", null, "sip:null-%00-null@example.com", "839923423", "udp", 0]],
    ["esc02", ["RE%47IST%45R", null, "sip:resource@example.com", "f232jadfj23", "tcp", 0]],
    ["lwsdisp", ["OPTIONS", "user", "sip:caller@example.com", "323", "udp", 0]],
    ["longreq", ["INVITE", "user", longCaller, "12982982982982982982", Array(34).fill("tcp").join(), 150]],
    ["dblreq", ["REGISTER", null, "sip:j.user@example.com", "43251j3j324", "udp", 0]],
    ["semiuri", ["OPTIONS", "user;par=u%40example.net", "sip:caller@example.org", "33242", "udp", 0]],
    ["transports", ["OPTIONS", "user", "sip:caller@example.com", "323", "udp,sctp,tls,unknown,tcp", 0]],
    ["mpart01", ["MESSAGE", "kumiko", "sip:fluffy@example.com", "2fb0dcc9", "udp", 553]],
    [
      "unreason",
      [200, "= 2**3 * 5**2 но сто девяносто девять - простое", "sip:user@example.com", "11141343", "udp", 154],
    ],
    ["noreason", [100, "", "sip:user@example.com", "39ansfi3", "udp", 0]],
  ])("%s is understood", (file, facts) => {
    const parsed = parseMessage(bytesOf("rfc4475", file));
    expect(parsed.ok && factsOf(parsed.message)).toEqual(facts);
  });
});
