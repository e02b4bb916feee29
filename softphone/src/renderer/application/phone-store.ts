/** Holds the one state, changes it by the pure function, tells who watches. */
import { applyPhoneEvent, initialPhoneState } from "../domain/phone-state.ts";
import type { PhoneEvent, PhoneState } from "../domain/phone-state.ts";

export class PhoneStore {
  private state: PhoneState = initialPhoneState;
  private readonly watchers = new Set<() => void>();

  /** The current state; the same object until something changes. */
  read = (): PhoneState => this.state;

  /** Returns the way to stop watching. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  dispatch(event: PhoneEvent): void {
    const next = applyPhoneEvent(this.state, event);
    if (next === this.state) return;
    this.state = next;
    for (const watcher of this.watchers) watcher();
  }
}
