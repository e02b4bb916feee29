/** Which kinds of numbers the roles of an office may call. Emergency numbers may be called by everybody, whatever the configuration says. */
import type { Role } from "../operator/operator.ts";
import type { NumberKind } from "../routing/dialled-number.ts";

export type DialPermissions = Readonly<Record<Role, readonly NumberKind[]>>;

const everyday: readonly NumberKind[] = ["geographic", "mobile", "nomadic", "freephone", "short-code"];

/** Premium numbers have to be allowed expressly. */
export const defaultPermissions: DialPermissions = {
  front_office: everyday,
  back_office: everyday,
  supervisor: [...everyday, "shared-cost", "international"],
  administrator: [...everyday, "shared-cost", "international"],
};

/** Kinds of numbers that a call may be transferred to at all: never emergency, premium, shared-cost or free numbers, nor short codes. */
export const transferableKinds = [
  "geographic",
  "mobile",
  "nomadic",
  "international",
] as const satisfies readonly NumberKind[];
export type TransferableKind = (typeof transferableKinds)[number];

/** Transfers to telephone numbers cost money: nobody may unless the office says so. */
export type TransferPermissions = Readonly<Partial<Record<Role, readonly TransferableKind[] | undefined>>>;

export function mayTransferTo(permissions: TransferPermissions, roles: readonly Role[], kind: NumberKind): boolean {
  return roles.some((role) => permissions[role]?.some((allowed) => allowed === kind) ?? false);
}

export function mayDial(permissions: DialPermissions, roles: readonly Role[], kind: NumberKind): boolean {
  return kind === "emergency" || roles.some((role) => permissions[role].includes(kind));
}
