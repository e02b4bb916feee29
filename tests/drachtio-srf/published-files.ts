/** What each published test file holds, counted by hand: a chain that stops early, or swallows a failure, shows in these numbers and nowhere else. */

export type PublishedFile = {
  file: string;
  /** Assertions in the file; every one of them is reached once. */
  assertions: number;
  /** How often each scenario of sipp runs and ends as it says. */
  scenarios: Readonly<Record<string, number>>;
  /** Calls that each callee counts as gone well. Calls that the file never hangs up are not among them. */
  callees: Readonly<Record<string, number>>;
  /** Callees whose call fails on every server, and why. */
  failing?: Readonly<Record<string, string>>;
  /**
   * Calls that an application leaves, some at about the moment when they are answered. With this engine they end well at a callee that waits for a BYE and hangs up itself where none
   * comes (`callee-left-behind.xml`). What another server does with them is not judged.
   */
  abandoned?: Readonly<Record<string, number>>;
};

/** The longest first: a few run at a time. */
export const publishedFiles: readonly PublishedFile[] = [
  {
    file: "uas.js",
    assertions: 8,
    scenarios: { "uac-expect-503.xml": 1, "uac.xml": 3, "uac-drop-all-200.xml": 1, "uac-subscribe.xml": 1 },
    callees: {},
  },
  {
    file: "b2b.js",
    assertions: 19,
    scenarios: {
      "uac-prack.xml": 1,
      "uac-nosdp.xml": 1,
      "uac.xml": 6,
      "uac-cancel.xml": 1,
      "uac-expect-404.xml": 1,
      "uac-expect-480.xml": 2,
      "uac-expect-400-no-contact-header.xml": 1,
      "uac-success-green.xml": 2,
      "uac-displayname-from.xml": 1,
      "uac-3pcc-nosdp.xml": 1,
      "uas.xml": 1,
      "uac-delayed-ack.xml": 1,
    },
    callees: { "sipp-uas-prack": 1, "sipp-uas-cancel": 1, "sipp-uas-404": 3 },
    failing: {
      "sipp-uas-200-ok-no-contact-cancel": "it waits for a CANCEL of an INVITE that it has answered; it may get an ACK",
    },
  },
  {
    file: "reinvite-tests.js",
    assertions: 1,
    scenarios: { "uac-send-reinvite-no-sdp.xml": 1 },
    callees: {},
  },
  {
    file: "uac.js",
    assertions: 19,
    scenarios: {},
    callees: {
      "sipp-uas-prack": 1,
      "sipp-uas-302": 1,
      "sipp-uas": 4,
      "sipp-uas-reinvite-with-auth": 1,
      "sipp-uas-bye-with-auth": 1,
      "sipp-uas-auth-register": 3,
      "sipp-uas-auth-register-no-realm": 1,
      "sipp-uas-cancel": 1,
    },
    failing: { "sipp-uas-reinvite-overlap": "its scenario has no BYE, but the file hangs up" },
    // One after its ACK. The other's `createUAC(uri, options, callback)` gives the callback in the place of `cbRequest`: it disconnects when the INVITE goes out.
    abandoned: { "sipp-uas": 2 },
  },
  { file: "proxy.js", assertions: 2, scenarios: { "uac-proxy.xml": 2 }, callees: { "sipp-uas": 2 } },
  { file: "utils.js", assertions: 27, scenarios: {}, callees: {} },
  { file: "refer.js", assertions: 1, scenarios: { "uac-recv-reinvite.xml": 2 }, callees: {} },
];

/** Files of the same folder that judge no server, and those that no server can satisfy. */
export const leftOut: Readonly<Record<string, string>> = {
  "index.js": "starts the others",
  "sipp.js": "the runner of sipp in containers, replaced here",
  "docker_start.js": "starts the containers",
  "docker_stop.js": "stops the containers",
  "parser.js": "judges the package alone, and never ends its test; the package's own index.js leaves it out",
  "subscribe.js":
    "cannot hold with any server: it ends the subscription with one NOTIFY, its scenario waits for two; the package's own index.js leaves it out",
  "unit-tests": "judge the package alone, without a server",
  benchmark: "measures the package's parser",
};
