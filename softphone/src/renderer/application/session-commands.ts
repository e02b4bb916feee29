/** Signing in and out, and the lines that live as long as the session: box channel, ticket channel, SIP telephone. */
import { sessionOf, tellProblem, withToken } from "./desk.ts";
import type { CallCommands } from "./call-commands.ts";
import type { Desk } from "./desk.ts";
import type { BoxLine, Closeable, SignInWith, Telephone } from "./ports.ts";
import type { CallHandling } from "../domain/session/call-handling.ts";
import type { Availability, Session } from "../domain/session/session.ts";

export type SessionCommands = {
  /** On page load: a one-time code first, else the session of this tab. */
  restore(oneTimeCode: string | null): Promise<void>;
  signIn(how: SignInWith): Promise<void>;
  signOut(): Promise<void>;
  /** After another page took this operator over: this page becomes the one that rings. */
  takeOver(): void;
  askMicrophone(): Promise<void>;
  setAvailability(availability: Availability): Promise<void>;
  /** Resolves with false when it was not accepted; a notice says so. */
  setCallHandling(handling: CallHandling): Promise<boolean>;
  close(): void;
};

export function createSessionCommands(desk: Desk, calls: Pick<CallCommands, "answer">): SessionCommands {
  const { store, ports } = desk;
  let lines: readonly Closeable[] = [];

  const closeLines = (): void => {
    for (const line of lines) line.close();
    lines = [];
    desk.telephone.current = null;
    desk.boxLine.current = null;
  };
  const begin = (session: Session): void => {
    closeLines();
    ports.storage.writeToken(session.token);
    store.dispatch({ type: "signed-in", session });
    lines = openLines(desk, session, calls);
  };
  store.watch(() => {
    if (lines.length > 0 && sessionOf(desk) === null) closeLines();
  });

  const askMicrophone = async (): Promise<void> => {
    store.dispatch({ type: "microphone-found", microphone: "asking" });
    store.dispatch({ type: "microphone-found", microphone: await ports.microphone.ask() });
  };
  const signIn = async (how: SignInWith): Promise<void> => {
    store.dispatch({ type: "sign-in-started" });
    const answer = await ports.boxApi.signIn(how);
    if (!answer.ok) return store.dispatch({ type: "sign-in-failed", problem: answer.problem });
    begin(answer.session);
    await askMicrophone();
  };

  return {
    async restore(oneTimeCode) {
      if (oneTimeCode !== null) return signIn({ oneTimeCode });
      const session = await storedSession(desk);
      if (session === null) return;
      begin(session);
      await askMicrophone();
    },
    signIn,
    async signOut() {
      const session = sessionOf(desk);
      closeLines();
      ports.storage.writeToken(null);
      store.dispatch({ type: "signed-out", problem: null });
      if (session !== null) await ports.boxApi.signOut(session.token);
    },
    takeOver() {
      const { session } = store.read();
      if (session.kind === "taken-over") begin(session.session);
    },
    askMicrophone,
    async setAvailability(availability) {
      const answer = await withToken(desk, (token) => ports.boxApi.setAvailability(token, availability));
      if (!answer.ok) tellProblem(desk, "problem.availability");
    },
    setCallHandling: (handling) => setCallHandling(desk, handling),
    close: closeLines,
  };
}

async function setCallHandling(desk: Desk, handling: CallHandling): Promise<boolean> {
  const answer = await withToken(desk, (token) => desk.ports.boxApi.setCallHandling(token, handling));
  if (!answer.ok) tellProblem(desk, "problem.handling");
  return answer.ok;
}

/** The session of this tab, if the box still knows it; otherwise the sign-in form says why it is asked again. */
async function storedSession({ store, ports }: Desk): Promise<Session | null> {
  const token = ports.storage.readToken();
  if (token === null) {
    store.dispatch({ type: "signed-out", problem: null });
    return null;
  }
  const answer = await ports.boxApi.currentSession(token);
  if (answer.ok) return answer.value;
  if (answer.why !== "away") ports.storage.writeToken(null);
  store.dispatch({ type: "signed-out", problem: answer.why === "away" ? "box-away" : "expired" });
  return null;
}

function openLines(desk: Desk, session: Session, calls: Pick<CallCommands, "answer">): readonly Closeable[] {
  const telephone = openTelephone(desk, session, calls);
  desk.telephone.current = telephone;
  const box = openBoxChannel(desk, session);
  desk.boxLine.current = box;
  if (session.crmBasePath === null) return [telephone, box];
  const crm = desk.ports.channels.openCrm(session.token, session.crmBasePath, {
    link: (state) => desk.store.dispatch({ type: "link-changed", link: "crm", state }),
    pop: (pop) => desk.store.dispatch({ type: "screen-pop", pop }),
    ticket: (ticket) => desk.store.dispatch({ type: "ticket-changed", ticket }),
    handOver: (handOver) => desk.store.dispatch({ type: "hand-over", handOver }),
  });
  return [telephone, box, crm];
}

function openTelephone(desk: Desk, session: Session, calls: Pick<CallCommands, "answer">): Telephone {
  const { store, ports } = desk;
  return ports.telephones.open(session.sip, {
    link: (state) => store.dispatch({ type: "link-changed", link: "phone", state }),
    ringing: ({ callId, caller, continues = false }) => {
      store.dispatch({ type: "line-ringing", callId, caller, nowMs: ports.clock.nowMs() });
      if (desk.dialled.delete(callId) || continues) void calls.answer(callId);
    },
    opened: (callId) => store.dispatch({ type: "line-open", callId, nowMs: ports.clock.nowMs() }),
    ended: (callId, how) => store.dispatch({ type: "line-ended", callId, how, nowMs: ports.clock.nowMs() }),
  });
}

function openBoxChannel(desk: Desk, session: Session): BoxLine {
  const { store, ports } = desk;
  return ports.channels.openBox(session.token, {
    link: (state) => store.dispatch({ type: "link-changed", link: "box", state }),
    welcome: (operatorState, cards) => {
      store.dispatch({ type: "operator-state", operatorState });
      store.dispatch({ type: "box-snapshot", cards, nowMs: ports.clock.nowMs() });
    },
    outsideCalls: (offered) => store.dispatch({ type: "outside-calls", offered }),
    officeNews: (news) => store.dispatch({ type: "office-news", news }),
    callHandling: (handling) => store.dispatch({ type: "call-handling", handling }),
    operatorState: (operatorState) => store.dispatch({ type: "operator-state", operatorState }),
    card: (card) => {
      // A later ring of the same call is not the one that was to be answered.
      if (card.myState.kind === "gone") desk.dialled.delete(card.call.callId);
      store.dispatch({ type: "box-card", card, nowMs: ports.clock.nowMs() });
    },
    text: (heard) => store.dispatch({ type: "text-heard", ...heard }),
    textChannel: (now) => store.dispatch({ type: "text-channel", ...now }),
    textRefused: (callId, problem) => store.dispatch({ type: "text-failed", callId, problem }),
    boxStopping: (at) => store.dispatch({ type: "box-stopping", at }),
    refused: (why) => {
      if (why === "replaced-by-other-page") return store.dispatch({ type: "taken-over" });
      ports.storage.writeToken(null);
      store.dispatch({ type: "signed-out", problem: "expired" });
    },
  });
}
