/**
 * Accounts that may register: the operators' own phones (login or extension with the configured password) and one per session of a
 * softphone, made at sign-in with a random secret and forgotten at sign-out.
 */
import type { OperatorId } from "../domain/call/ids.ts";
import type { OperatorProfile } from "../domain/operator/operator.ts";
import type { CallSignalling, Ids, SipAccount } from "./ports.ts";
import type { RestartMemory } from "./restart-memory.ts";
import type { SipAccounts } from "./use-cases.ts";

type KeptAccount = { operatorId: OperatorId; password: string };

export type AccountBookParts = {
  domain: string;
  operators: ReadonlyMap<OperatorId, OperatorProfile>;
  passwords: ReadonlyMap<OperatorId, string>;
  ids: Pick<Ids, "secret">;
  signalling: Pick<CallSignalling, "dropAccount">;
  /** Where the accounts of sessions outlive a kill of the box; absent: nowhere. */
  memory?: RestartMemory | undefined;
};

export class SipAccountBook implements SipAccounts {
  private readonly parts: AccountBookParts;
  private readonly accounts = new Map<string, SipAccount>();

  constructor(parts: AccountBookParts) {
    this.parts = parts;
    for (const { operatorId, extension } of parts.operators.values()) {
      const password = parts.passwords.get(operatorId);
      if (password === undefined) continue;
      const users = [operatorId, extension];
      for (const authorizationUser of users) {
        this.accounts.set(authorizationUser, { authorizationUser, password, operatorId, kind: "phone", users });
      }
    }
    for (const { key, value } of parts.memory?.kept("account") ?? []) {
      const { operatorId, password } = value as KeptAccount;
      if (!this.openAccount(operatorId, key, password)) parts.memory?.forget("account", key);
    }
  }

  openSessionAccount(operatorId: OperatorId): ReturnType<SipAccounts["openSessionAccount"]> {
    const authorizationUser = `s-${this.parts.ids
      .secret(9)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "0")}`;
    const authorizationPassword = this.parts.ids.secret(24);
    if (!this.openAccount(operatorId, authorizationUser, authorizationPassword))
      throw new Error(`operator ${operatorId} is not of this office`);
    const kept: KeptAccount = { operatorId, password: authorizationPassword };
    this.parts.memory?.keep("account", authorizationUser, kept);
    return {
      addressOfRecord: `sip:${operatorId}@${this.parts.domain}`,
      authorizationUser,
      authorizationPassword,
    };
  }

  closeSessionAccountsBut(authorizationUsers: readonly string[]): void {
    for (const { kind, authorizationUser } of this.accounts.values())
      if (kind === "session" && !authorizationUsers.includes(authorizationUser))
        this.closeSessionAccount(authorizationUser);
  }

  closeSessionAccount(authorizationUser: string): void {
    if (this.accounts.get(authorizationUser)?.kind !== "session") return;
    this.accounts.delete(authorizationUser);
    this.parts.memory?.forget("account", authorizationUser);
    this.parts.signalling.dropAccount(authorizationUser);
  }

  find(authorizationUser: string): SipAccount | null {
    return this.accounts.get(authorizationUser) ?? null;
  }

  /** False: the operator is not of this office. */
  private openAccount(operatorId: OperatorId, authorizationUser: string, password: string): boolean {
    const profile = this.parts.operators.get(operatorId);
    if (profile === undefined) return false;
    const users = [operatorId, profile.extension, authorizationUser];
    this.accounts.set(authorizationUser, { authorizationUser, password, operatorId, kind: "session", users });
    return true;
  }
}
