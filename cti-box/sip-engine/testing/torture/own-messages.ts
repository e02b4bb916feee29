/** Messages of the project's own, of the kinds that RFC 4475 and RFC 5118 are about; with the status that the sender gets, 0 where nothing comes. */

const lines = (...all: string[]): Buffer => Buffer.from([...all, "", ""].join("\r\n"));

/** What every request needs, for a method; the branch names the message. */
function usual(method: string, branch: string): string[] {
  return [
    `Via: SIP/2.0/UDP 192.0.2.1;branch=${branch}`,
    "From: <sip:a@example.org>;tag=1",
    "To: <sip:b@example.org>",
    `Call-ID: ${branch}-${method}`,
    `CSeq: 1 ${method}`,
  ];
}

type Options = { method?: string; uri?: string; more?: string[] };

/** A request in good order, but for what the options say. */
function request(name: string, { method = "OPTIONS", uri = "sip:b@x", more = [] }: Options): Buffer {
  return lines(`${method} ${uri} SIP/2.0`, ...usual(method, `z9hG4bK${name}`), ...more, "Content-Length: 0");
}

/** The same, with one of the usual lines replaced. */
function having(name: string, from: RegExp, to: string): Buffer {
  return lines(
    "OPTIONS sip:b@x SIP/2.0",
    ...usual("OPTIONS", `z9hG4bK${name}`).map((line) => line.replace(from, to)),
    "Content-Length: 0",
  );
}

export type TortureMessage = {
  name: string;
  bytes: Buffer;
  status: number;
  /** Where a stream makes a difference. */ overTcp?: number;
};

const asText = (name: string, bytes: Buffer, status: number): TortureMessage => ({ name, bytes, status });

export const understood: TortureMessage[] = [
  asText(
    "bare line feeds",
    Buffer.from(["OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKlf"), "", ""].join("\n")),
    200,
  ),
  asText(
    "compact and folded",
    lines(
      "OPTIONS sip:b@x SIP/2.0",
      "v: SIP / 2.0 / UDP\r\n 192.0.2.1 ;branch = z9hG4bKfold",
      "f: <sip:a@x>\r\n\t;tag=1",
      "t:\r\n <sip:b@x>",
      "i: fold",
      "cseq:\r\n 0001 OPTIONS",
      "L:\r\n 0",
    ),
    200,
  ),
  asText("a very long branch", request("x".repeat(5_000), {}), 200),
  asText("a header named like an object's member", request("proto", { more: ["constructor: x", "__proto__: y"] }), 200),
  asText("NUL and DEL in a quoted string", request("nul", { more: ['Subject: "\u0000\u007f"'] }), 200),
  asText("UTF-8 in a name", having("utf8", /<sip:a/, '"Città — è già" <sip:a'), 200),
  asText(
    "bytes that are no UTF-8",
    Buffer.from(request("raw", { more: ["Subject: \u00ff\u00fe\u0080"] }).toString("utf8"), "latin1"),
    200,
  ),
  asText("a method of its own letters", request("letters", { method: "!%*_+`'~.-" }), 501),
  asText("an escaped NUL and @ in the user", request("escapes", { uri: "sip:a%00b%40c@x" }), 200),
  asText("semicolons in the user", request("semicolons", { uri: "sip:user;par=u%40e@x" }), 200),
  asText(
    "a transport that nobody knows in a lower Via",
    request("carrier", { more: ["Via: SIP/2.0/PIGEON loft.example;branch=z9hG4bK2"] }),
    200,
  ),
  asText("names with commas and without quotes", having("comma", /<sip:b/, "Watson, Thomas <sip:b"), 200),
  asText("a date in a zone of its own", request("date", { more: ["Date: Fri, 01 Jan 2010 16:00:00 EST"] }), 200),
  asText("every list header empty", request("empty", { more: ["Accept:", "Supported:", "k:", "Allow:"] }), 200),
  asText("no branch and no Max-Forwards (RFC 2543)", having("rfc2543", /;branch=.*/, ""), 200),
];

export const ofIpv6: TortureMessage[] = [
  asText("an IPv6 request-URI", request("v6", { uri: "sip:[2001:db8::10]:5070" }), 200),
  asText("an IPv6 request-URI without brackets", request("bare6", { uri: "sip:2001:db8::10" }), 400),
  asText(
    "a port inside of the brackets: part of the address",
    request("inside6", { uri: "sip:[2001:db8::10:5070]" }),
    200,
  ),
  asText(
    "three colons, as the grammar of RFC 3261 had it",
    request("three6", { uri: "sip:[2001:db8:::192.0.2.1]" }),
    200,
  ),
  asText("a zone in the request-URI", request("zone6", { uri: "sip:[fe80::1%25eth0]" }), 400),
  asText("a zone in the Via", having("zonevia6", /192\.0\.2\.1/, "[fe80::1%eth0]"), 400),
  asText("an IPv6 Via", having("via6", /192\.0\.2\.1/, "[2001:db8::9:1]"), 200),
  asText(
    "received without brackets",
    having("received6", /192\.0\.2\.1;/, "[2001:db8::9:1];received=2001:db8::9:255;"),
    200,
  ),
  asText(
    "received in brackets",
    having("bracketed6", /192\.0\.2\.1;/, "[2001:db8::9:1];received=[2001:db8::9:255];"),
    200,
  ),
  asText("IPv4 as IPv6", having("mapped6", /192\.0\.2\.1/, "[::ffff:192.0.2.2]"), 200),
];

export const refused: TortureMessage[] = [
  asText("a REFER out of nowhere", request("refer", { method: "REFER" }), 405),
  asText("an unknown scheme", request("soap", { uri: "soap:b@x" }), 416),
  asText("an extension nobody has", request("ext", { more: ["Require: nothing, nothing-else"] }), 420),
  asText(
    "another version",
    Buffer.from(request("version", {}).toString().replace(" SIP/2.0\r\n", " SIP/3.0\r\n")),
    505,
  ),
  asText("two From", request("from", { more: ["f: <sip:c@x>;tag=2"] }), 400),
  asText("two Content-Length", request("length", { more: ["l: 0"] }), 400),
  asText(
    "a negative Content-Length",
    Buffer.from(request("negative", {}).toString().replace("Length: 0", "Length: -1")),
    400,
  ),
  asText("a line without a colon", request("colon", { more: ["nonsense"] }), 400),
  asText("a line of 17 kB", request("long", { more: [`Subject: ${"x".repeat(17_000)}`] }), 400),
  asText("300 headers", request("many", { more: Array.from({ length: 300 }, () => "A: b") }), 400),
  asText("a CSeq of 36 digits", having("cseq", /CSeq: 1 /, `CSeq: ${"9".repeat(36)} `), 400),
  asText("a CSeq of another method", having("mismatch", /1 OPTIONS/, "1 INVITE"), 400),
  asText("a quote that is not closed", having("quote", /<sip:b/, '"B <sip:b'), 400),
  asText("a bracket that is not closed", having("bracket", /example\.org>$/, "example.org"), 400),
  asText("brackets around the request-URI", request("brackets", { uri: "<sip:b@x>" }), 400),
  asText("a blank in the request-URI", request("blank", { uri: "sip:b@x; lr" }), 400),
  asText("a Via of separators", request("separators", { more: ["Via: SIP/2.0/UDP 192.0.2.15;;,;,,"] }), 400),
];

export const dropped: TortureMessage[] = [
  {
    ...asText(
      "a body that is shorter than it says",
      Buffer.from(request("short", {}).toString().replace("Length: 0", "Length: 99")),
      400,
    ),
    overTcp: 0,
  },
  asText("more Vias than a way can have", request("vias", { more: Array.from({ length: 300 }, () => "Via: S") }), 0),
  asText("no Via", lines("OPTIONS sip:b@x SIP/2.0", ...usual("OPTIONS", "z9hG4bKvia").slice(1)), 0),
  asText("an answer to nothing", lines("SIP/2.0 200 OK", ...usual("OPTIONS", "z9hG4bKanswer")), 0),
  asText("an answer of 34 digits", lines(`SIP/2.0 ${"2".repeat(34)} OK`, ...usual("OPTIONS", "z9hG4bKbig")), 0),
  asText(
    "an answer by way of a broadcast address",
    lines(
      "SIP/2.0 200 OK",
      "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKbroadcast",
      ...usual("OPTIONS", "z9hG4bKbcast"),
    ),
    0,
  ),
  asText("an ACK of nothing", request("ack", { method: "ACK" }), 0),
  asText("a BYE of nothing", request("bye", { method: "BYE" }), 481),
  asText("a CANCEL of nothing", request("cancel", { method: "CANCEL" }), 481),
  asText("no more than a start line", Buffer.from("OPTIONS sip:b@x SIP/2.0"), 0),
  asText("zeros", Buffer.alloc(1_400), 0),
  asText("line ends", Buffer.from("\r\n".repeat(700)), 0),
];
