/** A record with less in it. What is taken away cannot be told from what is left. */
import type { CallRecordView, LegRecordView, TransferRecordView } from "../call/call-record.ts";
import type { OperatorId } from "../call/ids.ts";
import type { RecordDetail } from "./retention-rules.ts";

/** The record with no more than `detail`. Done twice it changes nothing more. */
export function redactRecord(record: CallRecordView, detail: RecordDetail): CallRecordView {
  switch (detail) {
    case "full":
      return record;
    case "without-operators":
      return withoutOperators(record);
    case "without-numbers":
      return withoutNumbers(withoutOperators(record));
  }
}

/**
 * Operators become `operator-1`, `operator-2` in the order in which they had a part in this call: who handed over to whom within the call
 * stays readable, and two calls of the same operator have nothing in common.
 */
function withoutOperators(record: CallRecordView): CallRecordView {
  const names = new Map<string, OperatorId>();
  const named = (operatorId: string): OperatorId => {
    const name = names.get(operatorId) ?? (`operator-${names.size + 1}` as OperatorId);
    names.set(operatorId, name);
    return name;
  };
  const orNull = (operatorId: OperatorId | null): OperatorId | null => (operatorId === null ? null : named(operatorId));
  const origin = record.transferredFrom;
  return {
    ...record,
    operatorIds: record.operatorIds.map(named),
    // An operator of another office is nobody here.
    transferredFrom: origin === null ? null : { ...origin, operatorId: null },
    legs: record.legs.map((leg): LegRecordView => {
      const isOperators = leg.peer.kind === "operator";
      return isOperators ? { ...leg, peer: { kind: "operator", name: named(leg.peer.name) } } : leg;
    }),
    forwards: record.forwards.map(({ from, to, ...forward }) => ({
      ...forward,
      from: named(from),
      to: to.kind === "operator" ? { kind: "operator", operatorId: named(to.operatorId) } : to,
    })),
    transfers: record.transfers.map((transfer): TransferRecordView => {
      const { target } = transfer;
      return {
        ...transfer,
        requestedBy: orNull(transfer.requestedBy),
        target: target.kind === "operator" ? { kind: "operator", operatorId: named(target.operatorId) } : target,
      };
    }),
  };
}

/** The citizen's number loses its last four digits, his name goes. On a call out, the citizen is the one who was called. */
function withoutNumbers(record: CallRecordView): CallRecordView {
  const { caller, calledNumber, direction } = record;
  const masksCalled = direction === "out" && calledNumber !== null;
  return {
    ...record,
    caller: { ...caller, number: caller.number === null ? null : masked(caller.number), displayName: null },
    calledNumber: masksCalled ? masked(calledNumber) : calledNumber,
    transfers: record.transfers.map((transfer): TransferRecordView => {
      const { target } = transfer;
      return target.kind === "number"
        ? { ...transfer, target: { kind: "number", number: masked(target.number) } }
        : transfer;
    }),
  };
}

function masked(number: string): string {
  return number.endsWith("*") ? number : number.replace(/.{1,4}$/, "****");
}
