/** Directory entries as destinations of a transfer. Own office and oneself are no destinations; offices off the network cannot be chosen. */
import type { Directory, OfficeEntry, OperatorState } from "../domain/session/session.ts";
import type { Destination } from "../domain/transfer/transfer-steps.ts";

export type Choice = {
  /** Usable in an element id. */
  key: string;
  destination: Destination;
  detail: string;
  operatorState: OperatorState | null;
  openState: OfficeEntry["openState"] | null;
  isChoosable: boolean;
};

export function toChoices(directory: Directory, ownLogin: string): readonly Choice[] {
  const offices = directory.offices
    .filter((office) => !office.isOwnOffice)
    .map((office): Choice => {
      const isFree = office.tariff === "on-net";
      return {
        key: `office-${office.officeId.replace(":", "-")}`,
        destination: {
          target: { kind: "office", officeId: office.officeId },
          label: office.label,
          tariff: isFree ? "free" : "none",
        },
        detail: office.topics.join(", "),
        operatorState: null,
        openState: office.openState,
        isChoosable: isFree,
      };
    });
  const operators = directory.operators
    .filter((operator) => operator.login !== ownLogin)
    .map((operator): Choice => ({
      key: `operator-${operator.login.replaceAll(".", "-")}`,
      destination: {
        target: { kind: "operator", operatorLogin: operator.login },
        label: operator.displayName,
        tariff: "free",
      },
      detail: operator.extension,
      operatorState: operator.state,
      openState: null,
      isChoosable: operator.state === "available",
    }));
  return [...numbersOf(directory), ...offices, ...operators];
}

/** What was typed is a telephone number, and this operator may transfer there. */
function numbersOf({ number }: Directory): Choice[] {
  if (number === null) return [];
  return [
    {
      key: `number-${number.replace("+", "")}`,
      destination: { target: { kind: "number", number }, label: number, tariff: "paid" },
      detail: "",
      operatorState: null,
      openState: null,
      isChoosable: true,
    },
  ];
}
