/** Connected identity (RFC 4916 §4): in the middle of a dialog the URIs of From and To may change, its tags do not. */
import type { HeaderList } from "../message/header-list.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { isNameAddress, tagOf } from "../message/sip-uri.ts";
import type { Dialog } from "./dialog.ts";

/** From of a request of ours: the application's own, where it names the dialog's tag, else the dialog's. */
export function fromIn(dialog: Dialog, given: HeaderList): string {
  const wanted = given.first("from");
  const isOfDialog = wanted !== undefined && tagOf(wanted) === dialog.localTag && isNameAddress(wanted);
  return isOfDialog ? wanted : dialog.local;
}

/** A 2xx to a request of ours: from now on we are who it said. */
export function noteOurIdentity(dialog: Dialog, request: SipRequest): void {
  dialog.local = request.headers.first("from") ?? dialog.local;
}

/** A re-INVITE or UPDATE of the peer's: from now on it is who that says. */
export function noteTheirIdentity(dialog: Dialog, request: SipRequest): void {
  dialog.remote = request.headers.first("from") ?? dialog.remote;
}
