/** All dialogs, by the name that the application uses and by what requests from the network carry. */
import type { Dialog } from "./dialog.ts";

export class DialogStore {
  readonly #byId = new Map<string, Dialog>();
  readonly #byTags = new Map<string, Dialog>();

  /** How many there are in each state; looks through all of them. */
  count(): Record<Dialog["state"], number> {
    let early = 0;
    for (const { state } of this.#byId.values()) if (state === "early") early += 1;
    return { early, confirmed: this.#byId.size - early };
  }

  /** Another dialog of that name (a SUBSCRIBE that began anew under its old Call-ID and tag) is over: requests could not tell them apart. */
  add(dialog: Dialog): void {
    const before = this.#byId.get(dialog.id);
    if (before !== undefined && before !== dialog) this.remove(before);
    this.#byId.set(dialog.id, dialog);
    this.#byTags.set(`${dialog.callId}|${dialog.localTag}`, dialog);
  }

  get(id: string): Dialog | undefined {
    return this.#byId.get(id);
  }

  /** The answered calls and subscriptions of an owner: looks through all there are, so only when one comes or goes. */
  ofOwner(name: string): Dialog[] {
    return [...this.#byId.values()].filter(({ owner, state }) => owner === name && state === "confirmed");
  }

  /** The dialog that a request from the network belongs to: its To tag is ours, its From tag theirs. */
  match(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    const dialog = this.#byTags.get(`${callId}|${localTag}`);
    return dialog?.remoteTag === remoteTag ? dialog : dialog?.forks?.find((fork) => fork.remoteTag === remoteTag);
  }

  /** The dialog is over: whatever ends it comes by here, and its timers end with it. */
  remove(dialog: Dialog): void {
    if (this.#byId.get(dialog.id) === dialog) this.#byId.delete(dialog.id);
    const key = `${dialog.callId}|${dialog.localTag}`;
    if (this.#byTags.get(key) === dialog) this.#byTags.delete(key);
    endTimers(dialog);
  }

  /** The engine ends: no timer runs any more. */
  close(): void {
    for (const dialog of this.#byId.values()) endTimers(dialog);
  }
}

function endTimers({ session, subscription }: Dialog): void {
  session?.close();
  subscription?.close();
}
