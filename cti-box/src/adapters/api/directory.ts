/** The directory as operators search it: offices of the network with their state and what a transfer there costs, and colleagues. */
import type { Directory, OfficeEntry, OperatorEntry } from "../../../contracts/index.ts";
import type { OperatorId } from "../../domain/call/ids.ts";
import { mayTransferTo } from "../../domain/trunk/dial-permissions.ts";
import { readDialled } from "../../domain/routing/dialled-number.ts";
import { openStateAt } from "../../domain/routing/open-state.ts";
import type { ApiParts, NetworkEntry } from "./api-parts.ts";
import { time } from "./to-contract.ts";

/** Lower case, without accents: `Città` is found by `citta`. */
function plain(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

/** Offices and operators whose words contain every word of the query. */
export function directoryFor(parts: ApiParts, query: string, askedBy: OperatorId): Directory {
  const words = plain(query)
    .split(/\s+/)
    .filter((word) => word !== "");
  const matches = (texts: readonly string[]): boolean => {
    const text = plain(texts.join(" "));
    return words.every((word) => text.includes(word));
  };
  const { network, operators } = parts.options;
  const recalls = parts.recalls.of(askedBy);
  return {
    offices: network
      .filter((office) => matches([office.label, office.officeId, ...office.topics]))
      .map((office) => officeEntry(parts, office))
      .toSorted((one, other) => one.label.localeCompare(other.label, "it")),
    operators: operators
      .filter((operator) => matches([operator.displayName, operator.login, operator.extension]))
      .map((operator): OperatorEntry => {
        const { login, displayName, extension } = operator;
        const untilMs = recalls.find(({ colleague }) => colleague === login)?.untilMs;
        const recallUntil = untilMs === undefined ? null : time(untilMs);
        return { login, displayName, extension, state: parts.desk.presenceOf(login as OperatorId), recallUntil };
      })
      .toSorted((one, other) => one.displayName.localeCompare(other.displayName, "it")),
    number: numberFor(parts.options, query, askedBy),
  };
}

/** The rule is checked again when the transfer is asked for; here it only saves the operator a refusal. */
function numberFor({ operators, transferPermissions }: ApiParts["options"], query: string, askedBy: OperatorId) {
  const dialled = readDialled(query);
  const roles = operators.find(({ login }) => login === askedBy)?.roles ?? [];
  return dialled !== null && mayTransferTo(transferPermissions, roles, dialled.kind) ? dialled.number : null;
}

function officeEntry(parts: ApiParts, office: NetworkEntry): OfficeEntry {
  return {
    officeId: office.officeId,
    label: office.label,
    topics: office.topics,
    languages: office.languages,
    openState: openStateAt(office.hours, parts.clock.now()),
    tariff: office.status === "active" ? "on-net" : "none",
    isOwnOffice: office.officeId === parts.options.office.officeId,
  };
}
