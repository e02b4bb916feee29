/**
 * How the parties of a conversation are shown to a phone: operators by name and extension, other offices by their label, the citizen by number and name. Several, in a
 * conference, share one line.
 */
import type { Party } from "../domain/call/call-view.ts";
import type { ConnectedIdentity } from "./far-end.ts";
import type { Office } from "./office-settings.ts";

type Known = Pick<Office, "officeId" | "label" | "operators" | "network">;

export function connectedIdentity(office: Known, parties: readonly Party[]): ConnectedIdentity {
  const each = parties.map((party) => identityOf(office, party));
  const [first, ...more] = each;
  if (first === undefined) return { user: null, displayName: null, isWithheld: false };
  if (more.length === 0) return first;
  const shown = each.find(({ isWithheld, user }) => !isWithheld && user !== null);
  const names = each.map((one) => (one.isWithheld ? "Anonymous" : (one.displayName ?? one.user ?? "?")));
  return { user: shown?.user ?? null, displayName: names.join(" + "), isWithheld: false };
}

function identityOf({ officeId, label, operators, network }: Known, party: Party): ConnectedIdentity {
  if (party.kind === "person") {
    const { number, displayName, isWithheld } = party.caller;
    // Where there is no number, the office can be called where the person is.
    return { user: isWithheld ? null : (number ?? party.officeId ?? null), displayName, isWithheld };
  }
  if (party.kind === "operator") {
    const profile = operators.get(party.operatorId);
    const displayName = profile?.displayName ?? null;
    return { user: profile?.extension ?? party.operatorId, displayName, isWithheld: false };
  }
  const other = network.offices.find((one) => one.officeId === party.officeId);
  const displayName = party.officeId === officeId ? label : (other?.label ?? party.officeId);
  return { user: party.officeId, displayName, isWithheld: false };
}
