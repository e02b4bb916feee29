/**
 * Accounts that may register: the operators' own phones (login or extension with the configured password) and one per session of a
 * softphone, made at sign-in with a random secret and forgotten at sign-out.
 */
import type { OperatorId } from "../domain/call/ids.ts";
import type { OperatorProfile } from "../domain/operator/operator.ts";
import type { CallSignalling, Ids, SipAccount } from "./ports.ts";
import type { SipAccounts } from "./use-cases.ts";

export type AccountBookParts = {
  domain: string;
  operators: ReadonlyMap<OperatorId, OperatorProfile>;
  passwords: ReadonlyMap<OperatorId, string>;
  ids: Pick<Ids, "secret">;
  signalling: Pick<CallSignalling, "dropAccount">;
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
  }

  openSessionAccount(operatorId: OperatorId): ReturnType<SipAccounts["openSessionAccount"]> {
    const profile = this.parts.operators.get(operatorId);
    if (profile === undefined) throw new Error(`operator ${operatorId} is not of this office`);
    const authorizationUser = `s-${this.parts.ids
      .secret(9)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "0")}`;
    const authorizationPassword = this.parts.ids.secret(24);
    this.accounts.set(authorizationUser, {
      authorizationUser,
      password: authorizationPassword,
      operatorId,
      kind: "session",
      users: [operatorId, profile.extension, authorizationUser],
    });
    return {
      addressOfRecord: `sip:${operatorId}@${this.parts.domain}`,
      authorizationUser,
      authorizationPassword,
    };
  }

  closeSessionAccount(authorizationUser: string): void {
    if (this.accounts.get(authorizationUser)?.kind !== "session") return;
    this.accounts.delete(authorizationUser);
    this.parts.signalling.dropAccount(authorizationUser);
  }

  find(authorizationUser: string): SipAccount | null {
    return this.accounts.get(authorizationUser) ?? null;
  }
}
