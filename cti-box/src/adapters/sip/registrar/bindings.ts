/**
 * Which contacts an account is registered at (RFC 3261 §10.3). They outlive a kill of the box, so that phones are rung before they refresh.
 * A softphone's session has one contact, the newest; a phone's account may have several devices.
 */
import type { Clock } from "../../../application/ports.ts";
import type { RegisteredDevice } from "../../../domain/operator/operator-desk.ts";
import type { OperatorId } from "../../../domain/call/ids.ts";
import type { SipAccount } from "../../../application/ports.ts";

export type Binding = {
  account: SipAccount;
  device: RegisteredDevice["device"];
  source: { address: string; port: number; protocol: string };
  registrationId: string;
  sequence: number;
  expiresAtMs: number;
};

/** More devices of one account are a fault or an attack; the oldest one goes. */
const mostDevices = 10;

type Kept = Binding & { stopTimer: () => void };

/** Written down, so that the next run of the box knows them. */
export type BindingRecord = {
  keep(binding: Binding): void;
  forget(binding: Binding): void;
};

export class Bindings {
  private readonly clock: Clock;
  private readonly tell: (operatorId: OperatorId, devices: RegisteredDevice[]) => void;
  /** By authorization user, then by contact URI. */
  private readonly accounts = new Map<string, Map<string, Kept>>();

  private readonly record: BindingRecord;

  constructor(
    clock: Clock,
    tell: (operatorId: OperatorId, devices: RegisteredDevice[]) => void,
    record: BindingRecord,
  ) {
    this.clock = clock;
    this.tell = tell;
    this.record = record;
  }

  of(authorizationUser: string): Binding[] {
    return [...(this.accounts.get(authorizationUser)?.values() ?? [])];
  }

  /** An older request that overtook a newer one of the same registration changes nothing (RFC 3261 §10.3 step 7). */
  isOutdated(authorizationUser: string, uri: string, from: { registrationId: string; sequence: number }): boolean {
    const kept = this.accounts.get(authorizationUser)?.get(uri);
    return kept !== undefined && kept.registrationId === from.registrationId && from.sequence <= kept.sequence;
  }

  put(binding: Binding): void {
    const { authorizationUser, kind } = binding.account;
    const contacts = this.accounts.get(authorizationUser) ?? new Map<string, Kept>();
    this.accounts.set(authorizationUser, contacts);
    const { uri } = binding.device;
    contacts.get(uri)?.stopTimer();
    contacts.delete(uri);
    const most = kind === "session" ? 1 : mostDevices;
    for (const [old, kept] of [...contacts].slice(0, Math.max(0, contacts.size + 1 - most))) {
      kept.stopTimer();
      contacts.delete(old);
      this.record.forget(kept);
    }
    const stopTimer = this.clock.after(binding.expiresAtMs - this.clock.now(), () =>
      this.remove(authorizationUser, uri),
    );
    contacts.set(uri, { ...binding, stopTimer });
    this.record.keep(binding);
    this.tellOf(binding.account.operatorId);
  }

  remove(authorizationUser: string, uri: string): void {
    const contacts = this.accounts.get(authorizationUser);
    const kept = contacts?.get(uri);
    if (contacts === undefined || kept === undefined) return;
    kept.stopTimer();
    contacts.delete(uri);
    this.record.forget(kept);
    if (contacts.size === 0) this.accounts.delete(authorizationUser);
    this.tellOf(kept.account.operatorId);
  }

  removeAll(authorizationUser: string): void {
    for (const { device } of this.of(authorizationUser)) this.remove(authorizationUser, device.uri);
  }

  removeBrowsers(): void {
    const all = [...this.accounts.values()].flatMap((contacts) => [...contacts.values()]);
    for (const { account, device } of all) {
      if (device.media === "webrtc") this.remove(account.authorizationUser, device.uri);
    }
  }

  /** The account registered from this very address, if any: its INVITEs are worth a challenge. */
  registeredFrom(source: { address: string; port: number }): SipAccount | null {
    for (const contacts of this.accounts.values()) {
      for (const { source: from, account } of contacts.values()) {
        if (from.address === source.address && from.port === source.port) return account;
      }
    }
    return null;
  }

  close(): void {
    for (const contacts of this.accounts.values()) for (const kept of contacts.values()) kept.stopTimer();
    this.accounts.clear();
  }

  private tellOf(operatorId: OperatorId): void {
    const devices = [...this.accounts.values()]
      .flatMap((contacts) => [...contacts.values()])
      .filter((kept) => kept.account.operatorId === operatorId)
      .map((kept) => ({ device: kept.device, account: kept.account.kind }));
    this.tell(operatorId, devices);
  }
}
