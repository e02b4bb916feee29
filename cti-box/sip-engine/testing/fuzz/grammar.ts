/** SIP messages by their grammar (RFC 3261 §25): right ones, in all the spellings that the grammar allows. */
import * as fc from "fast-check";

const token = fc.stringMatching(/^[A-Za-z0-9\-.!%*_+`'~]{1,12}$/);
const blank = fc.constantFrom("", "", "", " ", "\t", "  ", "\r\n ", " \r\n\t");
const host = fc.constantFrom("office.invalid", "192.0.2.10", "[2001:db8::10]", "[::ffff:192.0.2.10]", "x");
const port = fc.constantFrom("", "", ":5060", ":1", ":65535");
const escaped = fc.stringMatching(/^(?:[a-z0-9_.!~*'()&=+$,;?/-]|%[0-9A-F]{2}){1,12}$/);
const quoted = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .map((text) => `"${text.replace(/[\r\n"\\]/g, "\\$&").replace(/[\r\n]/g, "")}"`);
const parameters = fc
  .array(fc.tuple(blank, token, fc.option(fc.oneof(token, host, quoted), { nil: null })), { maxLength: 4 })
  .map((all) => all.map(([gap, name, value]) => `${gap};${gap}${name}${value === null ? "" : `=${value}`}`).join(""));
const uri = fc
  .tuple(
    fc.constantFrom("sip:", "sips:", "SIP:"),
    fc.option(escaped, { nil: null }),
    host,
    port,
    fc.constantFrom("", ";lr", ";transport=tcp;lr", "?Subject=x"),
  )
  .map(([scheme, user, at, where, rest]) => `${scheme}${user === null ? "" : `${user}@`}${at}${where}${rest}`);
const address = fc.oneof(
  uri,
  fc.tuple(fc.oneof(fc.constant(""), quoted, token), blank, uri).map(([name, gap, one]) => `${name}${gap}<${one}>`),
);
const via = fc
  .tuple(blank, fc.constantFrom("UDP", "TCP", "TLS", "WS", "SCTP"), host, port, token, parameters)
  .map(
    ([gap, protocol, at, where, branch, more]) =>
      `SIP${gap}/${gap}2.0${gap}/${gap}${protocol} ${at}${where};branch=z9hG4bK${branch}${more}`,
  );
const name = (long: string, short: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(long, long.toUpperCase(), short),
      blank.filter((gap) => !gap.includes("\n")),
    )
    .map(([text, gap]) => `${text}${gap}:`);
const line = (label: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(label, blank, value).map((parts) => parts.join(""));
const list = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.array(item, { minLength: 1, maxLength: 3 }), blank).map(([items, gap]) => items.join(`${gap},${gap}`));

const method = fc.oneof(
  fc.constantFrom(
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "REGISTER",
    "PRACK",
    "UPDATE",
    "REFER",
    "NOTIFY",
    "INFO",
  ),
  token,
);
const other = fc.oneof(
  line(name("Contact", "m"), list(address)),
  line(name("Record-Route", "Record-Route"), list(uri.map((one) => `<${one}>`))),
  line(name("Route", "Route"), list(uri.map((one) => `<${one}>`))),
  line(name("Supported", "k"), list(token)),
  line(name("Require", "Require"), list(token)),
  line(name("Session-Expires", "x"), fc.constantFrom("90", "1800;refresher=uac", "0")),
  line(name("RAck", "RAck"), fc.constant("776656 1 INVITE")),
  line(
    name("Subject", "s"),
    fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, " ")),
  ),
);

const message = fc
  .record({
    start: fc.oneof(
      fc.tuple(method, uri).map(([verb, target]) => ({ verb, line: `${verb} ${target} SIP/2.0` })),
      fc
        .tuple(method, fc.integer({ min: 100, max: 699 }), token)
        .map(([verb, status, reason]) => ({ verb, line: `SIP/2.0 ${status} ${reason}` })),
    ),
    via: line(name("Via", "v"), list(via)),
    from: line(
      name("From", "f"),
      address.map((one) => `${one};tag=a`),
    ),
    to: line(
      name("To", "t"),
      fc.tuple(address, fc.constantFrom("", ";tag=b")).map((parts) => parts.join("")),
    ),
    callId: line(name("Call-ID", "i"), token),
    number: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    others: fc.array(other, { maxLength: 6 }),
    body: fc.string({ maxLength: 40 }),
    end: fc.constantFrom("\r\n", "\r\n", "\r\n", "\n"),
  })
  .map(({ start, via: top, from, to, callId, number, others, body, end }) => {
    const head = [start.line, top, from, to, callId, `CSeq: ${number} ${start.verb}`, ...others];
    const text = [...head, `Content-Length: ${Buffer.byteLength(body)}`, "", ""].join("\r\n");
    return Buffer.from((end === "\n" ? text.replaceAll("\r\n", "\n") : text) + body);
  });

export function grammaticalMessages(count: number, seed: number): Buffer[] {
  return fc.sample(message, { numRuns: count, seed });
}
