/** The softphone's world without a network: says what was asked of it, and lets a test play the box, the bridge and the telephone. */
import type {
  BoxChannelListener,
  CrmChannelListener,
  Outcome,
  PhoneListener,
  Ports,
} from "../src/renderer/application/ports.ts";
import { targetName } from "../src/renderer/domain/office/office-now.ts";
import type { BoxCard, MyPart } from "../src/renderer/domain/call/call.ts";
import type { Directory, Session, SignInProblem } from "../src/renderer/domain/session/session.ts";
import type { Ticket } from "../src/renderer/domain/ticket/ticket.ts";

export const session: Session = {
  token: "token-1",
  expiresAt: "2030-01-01T00:00:00.000Z",
  operator: { login: "anna", displayName: "Anna Verdi", extension: "201", queues: [{ queueId: "urp", label: "URP" }] },
  office: { officeId: "x_test1", label: "Comune Uno" },
  sip: {
    webSocketUrl: "/sip",
    addressOfRecord: "sip:anna@uno.example",
    authorizationUser: "s-1",
    authorizationPassword: "secret",
    iceServers: [],
  },
  crmBasePath: "/crm",
};

export const directory: Directory = {
  offices: [
    {
      officeId: "x_test2",
      label: "Ufficio Ambiente",
      topics: ["ambiente"],
      languages: ["it"],
      openState: "open",
      tariff: "on-net",
      isOwnOffice: false,
    },
  ],
  operators: [],
  number: null,
};

export function boxCard(callId: string, myState: MyPart, change: Partial<BoxCard["call"]> = {}): BoxCard {
  return {
    call: {
      callId,
      contactId: "c".repeat(32),
      officeId: "x_test1",
      direction: "in",
      caller: { number: "+393315550123", displayName: "Carla Bianchi", isWithheld: false },
      calledNumber: "+390695550100",
      operatorLogin: null,
      queue: { queueId: "urp", label: "URP" },
      transferredFrom: null,
      ticket: null,
      startedAt: "2026-11-23T10:00:00.000Z",
      answeredAt: null,
      ...change,
    },
    myState,
    lastTransfer: null,
    waitedSeconds: 12,
    called: null,
    onTheLine: null,
  };
}

type Held<T> = { promise: Promise<T>; resolve: (value: T) => void };

export class FakeWorld {
  /** One line per request: `hold call-1`, `transfer call-1 → x_test2`. */
  readonly asked: string[] = [];
  readonly told: string[] = [];
  box: BoxChannelListener | null = null;
  crm: CrmChannelListener | null = null;
  phone: PhoneListener | null = null;
  ringing: string | null = null;
  ringback: "on" | "off" = "off";
  nowMs = 1_000_000;
  /** Set: the box refuses every sign-in with it. */
  signInProblem: SignInProblem | null = null;
  /** Answers of the box that the test keeps back. */
  readonly held = new Map<string, Held<Outcome<null>>>();
  /** What the box refuses, by the request's first word. */
  readonly refused = new Map<string, Outcome<null>>();
  readonly readers = new Map<string, Ticket>();
  isCrmAway = false;
  isBoxAway = false;
  /** Characters that the page has sent. */
  readonly written: { callId: string; characters: string }[] = [];
  /** What the directory makes of the searched text. */
  outsideNumber: string | null = null;
  /** How often the directory was asked. */
  searches = 0;
  /** Operators whom the directory finds. */
  colleagues: Directory["operators"] = [];
  private count = 0;

  /** The next request beginning with this word is answered only when `let` is called. */
  hold(word: string): void {
    this.held.set(word, Promise.withResolvers());
  }

  letThrough(word: string): void {
    this.held.get(word)?.resolve({ ok: true, value: null });
    this.held.delete(word);
  }

  readonly ports: Ports = {
    boxApi: {
      signIn: async () =>
        this.signInProblem === null ? { ok: true, session } : { ok: false, problem: this.signInProblem },
      currentSession: async () => ({ ok: true, value: session }),
      signOut: async () => void this.asked.push("sign-out"),
      setCallHandling: (_token, handling) => this.ask("call-handling", JSON.stringify(handling)),
      setAvailability: (_token, availability) => this.ask("availability", availability),
      searchDirectory: async () => {
        this.searches += 1;
        return { ok: true, value: { ...directory, operators: this.colleagues, number: this.outsideNumber } };
      },
      dial: (_token, { callId, target }) => this.ask("dial", `${callId} ${targetName(target, { colleagues: [] })}`),
      park: (_token, callId) => this.ask("park", callId),
      retrieve: async (_token, callId) => {
        const answer = await this.ask("retrieve", callId);
        return answer.ok ? { ok: true, value: { callId } } : answer;
      },
      pickUp: async (_token, login) => {
        const answer = await this.ask("pick-up", login);
        return answer.ok ? { ok: true, value: { callId: "picked-up" } } : answer;
      },
      askRecall: (_token, login) => this.ask("ask-recall", login),
      cancelRecall: (_token, login) => this.ask("cancel-recall", login),
      hold: (_token, callId) => this.ask("hold", callId),
      resume: (_token, callId) => this.ask("resume", callId),
      requestTransfer: (_token, callId, order) =>
        this.ask("transfer", `${callId} → ${order.target.kind === "office" ? order.target.officeId : ""}`),
      turnConsultation: (_token, { callId, talkingTo }) => this.ask(`turn-to-${talkingTo}`, callId),
      completeTransfer: (_token, callId) => this.ask("complete-transfer", callId),
      cancelTransfer: (_token, callId) => this.ask("cancel-transfer", callId),
      attachTicket: (_token, callId, ticketId) => this.ask("attach", `${callId} ${ticketId}`),
    },
    crmApi: {
      createTicket: async () => ({ ok: false, why: "away", detail: null }),
      readTicket: async (_at, ticketId) => {
        const ticket = this.readers.get(ticketId);
        return ticket === undefined ? { ok: false, why: "away", detail: null } : { ok: true, value: ticket };
      },
      updateTicket: async (_at, ticketId, update) => {
        this.asked.push(`${update.operation} ${ticketId}`);
        const ticket = this.isCrmAway ? undefined : this.readers.get(ticketId);
        return ticket === undefined ? { ok: false, why: "away", detail: null } : { ok: true, value: ticket };
      },
      searchTickets: async () => ({ ok: true, value: [] }),
    },
    channels: {
      openBox: (_token, listener) => {
        this.box = listener;
        const write = (callId: string, characters: string): boolean => {
          if (this.isBoxAway) return false;
          this.written.push({ callId, characters });
          return true;
        };
        return { write, close: () => (this.box = null) };
      },
      openCrm: (...[, , listener]) => {
        this.crm = listener;
        return { close: () => (this.crm = null) };
      },
    },
    telephones: {
      open: (_account, listener) => {
        this.phone = listener;
        return {
          answer: async (callId) => {
            this.asked.push(`answer ${callId}`);
            this.phone?.opened(callId);
            return { ok: true };
          },
          decline: (callId) => this.asked.push(`decline ${callId}`),
          hangUp: (callId) => this.asked.push(`hang-up ${callId}`),
          setMicrophone: (callId, microphone) => this.asked.push(`microphone ${callId} ${microphone}`),
          sendDigit: (callId, digit) => this.asked.push(`digit ${callId} ${digit}`),
          close: () => (this.phone = null),
        };
      },
    },
    microphone: { ask: async () => "granted" },
    storage: {
      readToken: () => "token-1",
      writeToken: () => undefined,
      readNote: () => null,
      writeNote: () => undefined,
    },
    ringer: {
      setRinging: (ringing) => (this.ringing = ringing?.text ?? null),
      setRingback: (tone) => (this.ringback = tone),
    },
    pageEvents: { tell: (name) => this.told.push(name) },
    clock: { nowMs: () => this.nowMs, after: () => () => undefined },
    ids: { ulid: () => `01KAQZ${String((this.count += 1)).padStart(20, "0")}` },
  };

  private async ask(word: string, rest: string): Promise<Outcome<null>> {
    this.asked.push(`${word} ${rest}`);
    const refusal = this.refused.get(word);
    if (refusal !== undefined) return refusal;
    return this.held.get(word)?.promise ?? { ok: true, value: null };
  }
}
