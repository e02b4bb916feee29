/**
 * Names of the INVITE transactions of each dialog. An ACK, a BYE or a re-INVITE asks for the few of its own dialog instead of looking at every transaction
 * that the engine holds: at a thousand calls a second those are tens of thousands.
 */
export class IdsByDialog {
  readonly #ids = new Map<string, string[]>();

  add(dialogId: string, id: string): void {
    const known = this.#ids.get(dialogId);
    if (known === undefined) this.#ids.set(dialogId, [id]);
    else if (!known.includes(id)) known.push(id);
  }

  remove(dialogId: string, id: string): void {
    const left = this.#ids.get(dialogId)?.filter((each) => each !== id);
    if (left === undefined || left.length === 0) this.#ids.delete(dialogId);
    else this.#ids.set(dialogId, left);
  }

  of(dialogId: string): readonly string[] {
    return this.#ids.get(dialogId) ?? none;
  }
}

const none: readonly string[] = [];
