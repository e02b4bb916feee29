/**
 * One right request per operation, from which tests make the wrong ones. Right in its shape: that there is no such call is told by another answer.
 * Every field that an operation reads stands here, those that may be left out as well.
 */
import type { Example } from "./wrong-inputs.ts";

const ulid = "01KAQZ000000000000000000X1";
const call = { callId: "01KAQZ00000000000000000001" };
const transfer = { ...call, transferId: ulid };
const time = "2026-11-26T10:00:00Z";
const records = {
  contactId: "0123456789abcdef0123456789abcdef",
  ticketId: ulid,
  from: time,
  to: time,
  queueId: "urp",
  direction: "in",
  endCause: "caller-hung-up",
  tariff: "on-net",
  trunkId: "carrier",
};

const tim = { trunkId: "tim" };
const trunk = {
  carrier: "Carrier",
  addresses: ["192.0.2.77"],
  numbers: ["+3906688888*"],
  capacity: 30,
  whenFull: "busy",
  priority: 20,
  weight: 2,
  codecs: ["PCMA", "G722"],
  realTimeText: true,
  outbound: {
    uri: "sip:carrier.example",
    prefixes: ["+39"],
    numberFormat: "e164",
    callerId: { number: "+390668888888", identity: "asserted", withheld: false },
    failoverSeconds: 4,
    limits: { perMinute: 10, perDay: 100, costlyPerDay: 5 },
    probeSeconds: "off",
  },
  account: {
    user: "office",
    authUser: "office-auth",
    password: "secret",
    registrar: "sip:carrier.example",
    expiresSeconds: 600,
  },
};

export const rightRequests: Readonly<Record<string, Example>> = {
  signIn: { body: { login: "nobody", password: "wrong" } },
  readSession: {},
  signOut: {},
  setAvailability: { body: { availability: "away" } },
  issueOneTimeCode: { body: { login: "anna" } },
  listKeys: {},
  listOwnCalls: {},
  holdCall: { path: call },
  resumeCall: { path: call },
  parkCall: { path: call },
  attachTicket: { path: call, body: { ticketId: ulid } },
  placeCall: { body: { ...call, number: "06 9555 0100", ticketId: ulid } },
  requestTransfer: {
    path: call,
    body: {
      transferId: ulid,
      mode: "attended",
      target: { kind: "office", officeId: "x_test2" },
      ticketId: ulid,
      reason: "competence",
      message: "una nota",
    },
  },
  cancelTransfer: { path: transfer },
  turnConsultation: { path: transfer, body: { talkingTo: "caller" } },
  completeTransfer: { path: transfer },
  listCallHandling: {},
  readCallHandling: { path: { login: "anna" } },
  setCallHandling: {
    path: { login: "anna" },
    body: {
      doNotDisturb: false,
      callWaiting: true,
      always: { kind: "operator", operatorLogin: "bruno" },
      busy: { kind: "queue", queueId: "urp" },
      noAnswer: { target: { kind: "operator", operatorLogin: "bruno" }, afterSeconds: 20 },
    },
  },
  listCallbacks: {},
  listParkedCalls: {},
  listRecalls: {},
  askRecall: { path: { login: "bruno" } },
  cancelRecall: { path: { login: "bruno" } },
  retrieveCall: { path: call },
  pickUpCall: { path: { login: "bruno" } },
  searchDirectory: { query: { q: "tributi" } },
  listEvents: { query: { after: "0", limit: "10" } },
  readStatus: {},
  listCallRecords: { query: { ...records, after: ulid, limit: "10" } },
  exportCallRecords: { query: records },
  readRatings: { query: { from: time, to: time } },
  readTransferReport: { query: { from: time, to: time } },
  readOnNetReport: { query: { from: time, to: time } },
  readSipTrace: { query: { call: "01KAQZ", numbers: "masked" } },
  listTrunks: {},
  testTrunk: { path: tim },
  readTrunk: { path: tim },
  addTrunk: { body: { trunkId: "added", ...trunk } },
  replaceTrunk: { path: { trunkId: "added" }, body: trunk },
  changeTrunk: { path: { trunkId: "added" }, body: { priority: 5 } },
  removeTrunk: { path: { trunkId: "nobody" } },
  resetTrunk: { path: { trunkId: "nobody" } },
  listTrunkChanges: {},
  readOpenApi: {},
  readWallboard: {},
};
