/** Refreshes that the engine sends on its own (RFC 4028 §7.4, control protocol §9.2): the application is not told, the 200 is acknowledged here. */
import { randomUUID } from "node:crypto";
import { refreshTarget, type Dialog } from "../dialog/dialog.ts";
import { minSecondsOf, sessionExpiresOf, writeRequest } from "../dialog/session-agreement.ts";
import type { RefreshMethod } from "../dialog/session-timer.ts";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { whenPrepared, type Build, type PreparedRequest } from "../resolve/prepared-request.ts";
import { sendAlong } from "../resolve/sent-along.ts";
import type { ClientOutcome } from "../transaction/client-transaction.ts";
import { acknowledgeAlone } from "./acknowledge-alone.ts";
import { buildDialogRequest } from "./build-message.ts";
import { nextHopUri } from "./cancel.ts";
import type { ClientUse, Context } from "./context.ts";
import { acknowledgeAgain } from "./repeated-answers.ts";

type Refresh = { seconds: number; method: RefreshMethod };
/** A refresh on its way. */
type Sent = { dialog: Dialog; cseq: number; refresh: Refresh; use: ClientUse };

/** Sends it; how it ends goes to the dialog's session. */
export function sendRefresh(context: Context, dialog: Dialog, refresh: Refresh): void {
  const given = refreshRequest(dialog, refresh);
  const cseq = (dialog.localCseq += 1);
  const build: Build = (flow, branch) => buildDialogRequest(given, dialog, { flow, branch, cseq });
  const sent = whenPrepared(context, { uri: nextHopUri(dialog), preferred: dialog.flow, build }, (prepared) => {
    // The call may have ended while the way was looked for.
    if (context.dialogs.get(dialog.id) !== dialog) return;
    if (prepared.kind === "refused") fail(dialog, { status: 503, isCancelled: false });
    else start(context, { dialog, cseq, refresh }, { prepared, build });
  });
  void sent?.catch(() => fail(dialog, { status: 503, isCancelled: false }));
}

function refreshRequest(dialog: Dialog, { seconds, method }: Refresh): SipRequest {
  const headers = new HeaderList();
  writeRequest(headers, { seconds, refresher: "uac" });
  const description = method === "INVITE" ? (dialog.session?.localDescription ?? null) : null;
  // The same description, byte for byte: its version says that nothing has changed (RFC 4028 §7.4).
  if (description !== null) headers.append("Content-Type", description.type);
  return { kind: "request", method, uri: "sip:placeholder", headers, body: description?.body ?? noBody };
}

function start(
  context: Context,
  order: Omit<Sent, "use">,
  ready: { prepared: Extract<PreparedRequest, { kind: "ready" }>; build: Build },
): void {
  const id = randomUUID();
  const { dialog, refresh } = order;
  // No application's: nobody is told of the answers.
  const use: ClientUse = {
    application: "",
    dialogId: dialog.id,
    isCancelled: false,
    cancelWaits: null,
    isBetween: () => false,
  };
  context.clientUses.set(id, use);
  if (refresh.method === "INVITE") context.invitesOfOurs.add(dialog.id, id);
  const { first, isBetween } = sendAlong(context, {
    id,
    ...ready.prepared,
    build: (flow, branch) => {
      const built = ready.build(flow, branch);
      return built.ok ? built.message : null;
    },
    outcome: (outcome) => receiveOutcome(context, { ...order, use }, outcome),
    inForce: (current) => context.clientsById.set(id, current),
    mayMoveOn: () => !use.isCancelled,
    released: () => {
      context.clientsById.delete(id);
      context.clientUses.delete(id);
      context.invitesOfOurs.remove(dialog.id, id);
    },
  });
  use.isBetween = isBetween;
  first.start();
}

function receiveOutcome(context: Context, { dialog, cseq, refresh, use }: Sent, outcome: ClientOutcome): void {
  const { isCancelled } = use;
  if (outcome.kind !== "response")
    return fail(dialog, { status: outcome.kind === "timed-out" ? 408 : 503, isCancelled });
  const { response } = outcome;
  if (response.status < 200) {
    use.cancelWaits?.();
    use.cancelWaits = null;
  } else if (response.status >= 300) fail(dialog, { status: response.status, response, isCancelled });
  else if (refresh.method !== "INVITE" || !acknowledgeAgain(dialog, cseq)) {
    refreshTarget(dialog, response, { source: outcome.flow, nat: context.nat });
    if (refresh.method === "INVITE") {
      dialog.answeredCseq = cseq;
      acknowledgeAlone(context, dialog);
    }
    granted(dialog, response);
  }
}

/** An answer that says nothing comes from a peer without session timers: we go on for both. */
function granted(dialog: Dialog, response: SipResponse): void {
  const { session } = dialog;
  const said = sessionExpiresOf(response.headers);
  const seconds = said?.seconds ?? session?.agreement?.seconds;
  if (session === undefined || seconds === undefined) return;
  session.learn({ theirs: response });
  session.agree({ seconds, refresher: said?.refresher === "uas" ? "them" : "us" }, "refresh");
}

function fail(dialog: Dialog, failure: { status: number; response?: SipResponse; isCancelled: boolean }): void {
  const { response, isCancelled } = failure;
  const retryAfter = /^\s*(\d{1,6})/.exec(response?.headers.first("retry-after") ?? "")?.[1];
  // Cancelled by the application's BYE, which the peer has not agreed to yet: if the call goes on, so does its timer.
  dialog.session?.refused(
    {
      status: isCancelled ? 491 : failure.status,
      minSeconds: response === undefined ? 0 : minSecondsOf(response.headers),
      retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
    },
    dialog.role === "uac" ? "call-id" : "nothing",
  );
}
