/** Messages that break parsers: RFC 4475 where its files are at hand, and a few of the same kinds always. The engine lives on with a normal call after each. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";

/** Answers without rport go to port 5060 of the sender: the peer sits there, on an address of its own. */
const peerAddress = "127.44.75.1";
let application: ConnectedApplication;
let engineAt: string;
let peer: RawPeer;
let caller: RawPeer;
let calls = 0;

beforeAll(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 20);
  const target = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
  engineAt = `${target.host}:${target.port}`;
  peer = await RawPeer.open(peerAddress, target, 5060);
  caller = await RawPeer.open("127.0.0.1", target);
  const { srf } = application;
  for (const method of ["options", "register", "message", "info", "publish"])
    srf.use(method, (_req, res) => res.send(200));
  srf.invite((req, res) => {
    if (req.get("X-Normal") === undefined) res.send(486);
    else void srf.createUAS(req, res, { localSdp: exampleSdp });
  });
  await application.settled();
});
afterAll(async () => {
  peer.close();
  caller.close();
  await application.close();
});

/** A call as any other, from INVITE to the 200 of its BYE. */
async function normalCall(): Promise<void> {
  calls += 1;
  const callId = `normal-${calls}`;
  caller.send(inviteLines(caller, engineAt, { callId, more: ["X-Normal: yes"] }), exampleSdp);
  const ok = await caller.receive(new RegExp(`^SIP/2\\.0 200[\\s\\S]*Call-ID: ${callId}\\r`));
  const inside = (method: string, cseq: number): string[] => [
    `${method} sip:callee@${engineAt} SIP/2.0`,
    `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bK-${method}-${callId}`,
    `From: ${headerOf(ok, "From")}`,
    `To: ${headerOf(ok, "To")}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
  ];
  caller.send(inside("ACK", 1));
  caller.send(inside("BYE", 2));
  await caller.receive(new RegExp(`^SIP/2\\.0 200[\\s\\S]*Call-ID: ${callId}\\r[\\s\\S]*BYE`));
}

/** Status of the final answer, 0 when the message was dropped: the normal call that follows is complete before anything would come. */
async function statusAfter(message: Buffer): Promise<number> {
  peer.forget();
  peer.sendRaw(message);
  await normalCall();
  // Answers to earlier INVITEs may still be repeated.
  const callId = /^(?:call-id|i)[ \t]*:\s*(\S+)/im.exec(message.toString("latin1"))?.[1] ?? "";
  const final = peer.unread(/^SIP\/2\.0 [2-6]/).find((text) => headerOf(text, "Call-ID") === callId);
  return Number(final?.slice(8, 11) ?? 0);
}

const lines = (...all: string[]): Buffer => Buffer.from([...all, "", ""].join("\r\n"));
const usual = (method: string, branch: string): string[] => [
  `Via: SIP/2.0/UDP 192.0.2.1;branch=${branch}`,
  "From: <sip:a@example.org>;tag=1",
  "To: <sip:b@example.org>",
  `Call-ID: ${branch}-${method}`,
  `CSeq: 1 ${method}`,
];

describe("own messages", () => {
  const deep = `z9hG4bK${"x".repeat(5_000)}`;
  it.each<[string, Buffer, number]>([
    [
      "bare line feeds",
      Buffer.from(["OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKlf"), "", ""].join("\n")),
      200,
    ],
    [
      "compact and folded",
      lines(
        "OPTIONS sip:b@x SIP/2.0",
        "v: SIP / 2.0 / UDP\r\n 192.0.2.1 ;branch = z9hG4bKfold",
        "f: <sip:a@x>\r\n\t;tag=1",
        "t:\r\n <sip:b@x>",
        "i: fold",
        "cseq:\r\n 0001 OPTIONS",
      ),
      200,
    ],
    ["a very long branch", lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", deep)), 200],
    [
      "a header named like an object's member",
      lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKproto"), "constructor: x", "__proto__: y"),
      200,
    ],
    [
      "NUL and DEL in a quoted string",
      lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKnul"), 'Subject: "\u0000\u007f"'),
      200,
    ],
    [
      "bytes that are no UTF-8",
      Buffer.concat([
        Buffer.from(`OPTIONS sip:b@x SIP/2.0\r\n${usual("OPTIONS", "z9hG4bKraw").join("\r\n")}\r\nSubject: `),
        Buffer.from([0xff, 0xfe, 0x80]),
        Buffer.from("\r\n\r\n"),
      ]),
      200,
    ],
    ["an unknown method", lines("FROBNICATE sip:b@x SIP/2.0", ...usual("FROBNICATE", "z9hG4bKfrob")), 501],
    ["a REFER out of nowhere", lines("REFER sip:b@x SIP/2.0", ...usual("REFER", "z9hG4bKrefer")), 405],
    ["an unknown scheme", lines("OPTIONS soap:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKsoap")), 416],
    [
      "an extension nobody has",
      lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKext"), "Require: nothing"),
      420,
    ],
    ["another version", lines("OPTIONS sip:b@x SIP/3.0", ...usual("OPTIONS", "z9hG4bKversion")), 505],
    ["two From", lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKfrom"), "f: <sip:c@x>;tag=2"), 400],
    [
      "two Content-Length",
      lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKlength"), "l: 0", "Content-Length: 0"),
      400,
    ],
    ["no Via", lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKvia").slice(1)), 0],
    ["an answer to nothing", lines("SIP/2.0 200 OK", ...usual("OPTIONS", "z9hG4bKanswer")), 0],
    ["an ACK of nothing", lines("ACK sip:b@x SIP/2.0", ...usual("ACK", "z9hG4bKack")), 0],
    ["a BYE of nothing", lines("BYE sip:b@x SIP/2.0", ...usual("BYE", "z9hG4bKbye")), 481],
    ["a CANCEL of nothing", lines("CANCEL sip:b@x SIP/2.0", ...usual("CANCEL", "z9hG4bKcancel")), 481],
    ["no more than a start line", Buffer.from("OPTIONS sip:b@x SIP/2.0"), 0],
    ["zeros", Buffer.alloc(1_400), 0],
  ])("%s", async (...[, message, expected]) => expect(await statusAfter(message)).toBe(expected));

  it("the cookie alone as a branch does not mix up two requests", async () => {
    const of = (callId: string): Buffer =>
      lines(
        "OPTIONS sip:b@x SIP/2.0",
        ...usual("OPTIONS", "z9hG4bK").map((line) => line.replace(/^Call-ID.*/, `Call-ID: ${callId}`)),
      );
    peer.forget();
    peer.sendRaw(of("cookie-1"));
    peer.sendRaw(of("cookie-2"));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*cookie-1/);
    await peer.receive(/^SIP\/2\.0 200[\s\S]*cookie-2/);
  });
});

const folder = resolve(import.meta.dirname, "../../../../shared/data/rfc4475");
const isAtHand = existsSync(folder);
if (!isAtHand) process.stdout.write(`RFC 4475 messages are not at ${folder}: their tests are left out\n`);

/** Status that the peer gets; 0: dropped. What the application decides here (486 to an INVITE, 200 to the rest) shows that it was asked. */
const expected: Record<string, Record<string, number>> = {
  // wsinv carries a To tag of a dialog that nobody has; intmeth and esc02 have methods of their own.
  "valid, understood": {
    wsinv: 481,
    intmeth: 501,
    esc01: 486,
    escnull: 200,
    esc02: 501,
    lwsdisp: 200,
    longreq: 486,
    dblreq: 200,
    semiuri: 200,
    transports: 200,
    mpart01: 200,
    unreason: 0,
    noreason: 0,
  },
  // Tolerated where the meaning is plain: lwsstart, trws, escruri, baddate, regbadct, badaspec. The file of baddn ends before its empty line.
  "invalid, refused or dropped": {
    badinv01: 400,
    clerr: 400,
    ncl: 400,
    scalar02: 400,
    scalarlg: 0,
    quotbal: 400,
    ltgtruri: 400,
    lwsruri: 400,
    lwsstart: 486,
    trws: 200,
    escruri: 486,
    baddate: 486,
    regbadct: 200,
    badaspec: 200,
    baddn: 400,
    badvers: 505,
    mismatch01: 400,
    mismatch02: 400,
    bigcode: 0,
  },
  "transactions and RFC 2543": { badbranch: 200, inv2543: 486 },
  // 415, 401 and what a registrar has to say are the application's.
  "user agent": {
    insuf: 400,
    unkscm: 416,
    novelsc: 416,
    unksm2: 200,
    bext01: 420,
    invut: 486,
    regaut01: 200,
    multi01: 400,
    mcl01: 400,
    bcast: 0,
    zeromf: 200,
    cparam01: 200,
    cparam02: 200,
    regescrt: 200,
    sdp01: 486,
  },
};

describe.skipIf(!isAtHand)("RFC 4475", () => {
  describe.each(Object.entries(expected))("%s", (_kind, files) => {
    it.each(Object.entries(files))("%s → %i", async (file, status) => {
      // The files share one branch, and one of them a port that is not the peer's.
      const text = readFileSync(resolve(folder, `${file}.dat`), "latin1");
      const own = text.replace("bKkdjuw", `bKkdjuw-${file}`).replace("192.0.2.59:5050", "192.0.2.59:5060");
      expect(await statusAfter(Buffer.from(own, "latin1"))).toBe(status);
    });
  });

  it("is complete", () => {
    const known = Object.values(expected).flatMap((files) => Object.keys(files));
    const there = readdirSync(folder).filter((name) => name.endsWith(".dat"));
    expect(known.toSorted()).toEqual(there.map((name) => name.replace(".dat", "")).toSorted());
  });
});

const folderOfIpv6 = resolve(folder, "../rfc5118");

describe.skipIf(!existsSync(folderOfIpv6))("RFC 5118", () => {
  it("every message, with LF and with CRLF, is read or refused, and a normal call goes through after it", async () => {
    const there = readdirSync(folderOfIpv6).filter((name) => name.endsWith(".dat"));
    expect(there.length).toBeGreaterThan(10);
    for (const file of there) {
      const text = readFileSync(resolve(folderOfIpv6, file), "latin1");
      for (const each of [text, text.replace(/\r?\n/g, "\r\n")])
        expect([0, 200, 400, 481, 486]).toContain(await statusAfter(Buffer.from(each, "latin1")));
    }
  });
});
