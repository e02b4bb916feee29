/**
 * The messages of RFC 4475 and RFC 5118, where their files are at hand (`../shared/data` beside the project), and what the sender of each gets: a status, or 0 where
 * nothing comes. What the application of the tests decides (486 to an INVITE, 200 to the rest) shows that it was asked.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { TortureMessage } from "./own-messages.ts";

const folderOf = (rfc: string): string => resolve(import.meta.dirname, "../../../../../shared/data", rfc);
export const areAtHand = ["rfc4475", "rfc5118"].every((rfc) => existsSync(folderOf(rfc)));
if (!areAtHand) process.stdout.write(`RFC 4475 and RFC 5118 are not at ${folderOf("")}: their messages are left out\n`);

type Statuses = Record<string, number | { udp: number; tcp: number }>;

export const rfc4475: Record<string, Statuses> = {
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
  // Tolerated where the meaning is plain: lwsstart, trws, escruri, baddate, regbadct, badaspec, baddn.
  "invalid, refused or dropped": {
    badinv01: 400,
    // On a stream the rest of the body is waited for.
    clerr: { udp: 400, tcp: 0 },
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
    // The file ends before its empty line: on a stream more is waited for.
    baddn: { udp: 200, tcp: 0 },
    badvers: 505,
    mismatch01: 400,
    mismatch02: 400,
    bigcode: 0,
  },
  "transactions and RFC 2543": { badbranch: 200, inv2543: 486 },
  // 415, 401, 406 and what a registrar has to say are the application's.
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

/** The dialogs of the two BYEs are nobody's. Three colons (RFC 5118 §4.10) are read; nothing is guessed about an address without brackets. */
export const rfc5118: Statuses = {
  "ipv6-good": 200,
  "ipv6-bad": 400,
  "port-ambiguous": 200,
  "port-unambiguous": 200,
  "via-received-param-with-delim": 481,
  "via-received-param-no-delim": 200,
  "ipv6-in-sdp": 486,
  "mult-ip-in-header": 481,
  "mult-ip-in-sdp": 486,
  "ipv4-mapped-ipv6": 486,
  "ipv6-bug-abnf-3-colons": 200,
  "ipv6-correct-abnf-2-colons": 200,
};

/** Names of the files that are there, without their ending. */
export function filesOf(rfc: "rfc4475" | "rfc5118"): string[] {
  return readdirSync(folderOf(rfc))
    .filter((name) => name.endsWith(".dat"))
    .map((name) => name.replace(".dat", ""));
}

export function bytesOf(rfc: "rfc4475" | "rfc5118", file: string): Buffer {
  return readFileSync(resolve(folderOf(rfc), `${file}.dat`));
}

/** The files share branches, and some name a port that is not the peer's: each gets a branch of its own, and its answer comes to port 5060. */
function asItsOwn(text: string, name: string): string {
  const end = text.search(/\r?\n\r?\n/);
  const head = end === -1 ? text : text.slice(0, end);
  const own = head
    .replace(/branch=z9hG4bK(kdjuw|as3)[\w-]*/, (branch) => `${branch}-${name}`)
    .replace(/^(v|Via)(:\s+SIP\/2\.0\/\w+ (?:\[[\da-f:.]+\]|192\.0\.2\.59)):\d+/im, "$1$2:5060");
  return own + text.slice(head.length);
}

function messageOf(rfc: "rfc4475" | "rfc5118", file: string, status: Statuses[string]): TortureMessage {
  const text = bytesOf(rfc, file).toString("latin1");
  const statuses = typeof status === "object" ? status : { udp: status, tcp: status };
  const bytes = Buffer.from(asItsOwn(text, file), "latin1");
  return { name: file, bytes, status: statuses.udp, overTcp: statuses.tcp };
}

/** RFC 4475, bit by bit. */
export function tortureMessages(statuses: Statuses): TortureMessage[] {
  return Object.entries(statuses).map(([file, status]) => messageOf("rfc4475", file, status));
}

/** RFC 5118, with both kinds of line ends; how the files were made has left some with a wrong Content-Length, which is counted anew. */
export function ipv6Messages(): TortureMessage[] {
  return Object.entries(rfc5118).flatMap(([file, status]) => {
    const message = messageOf("rfc5118", file, status);
    const [head = "", body = ""] = message.bytes.toString("latin1").replaceAll("\r\n", "\n").split("\n\n");
    return ["\n", "\r\n"].map((end, index) => {
      const content = body.replaceAll("\n", end);
      const counted = head.replace(/^Content-Length:.*$/m, `Content-Length: ${content.length}`);
      const own = counted.replace(/branch=z9hG4bK\w+/, `$&${index}`).replace(/^Call-ID: /m, `$&${index}`);
      const bytes = Buffer.from(`${own.replaceAll("\n", end)}${end}${end}${content}`, "latin1");
      return { ...message, name: `${file}, ${end === "\n" ? "LF" : "CRLF"}`, bytes };
    });
  });
}
