/** Forwarding and do not disturb, between the box's own shape and that of `contracts`. */
import type { CallHandling as Contract, ForwardTarget as ContractTarget } from "../../../contracts/index.ts";
import type { OperatorId } from "../../domain/call/ids.ts";
import type { CallHandling, ForwardTarget } from "../../domain/operator/call-handling.ts";

export function forwardTarget(target: ForwardTarget): ContractTarget {
  return target.kind === "operator" ? { kind: "operator", operatorLogin: target.operatorId } : target;
}

export function handlingToContract({ always, busy, noAnswer, ...rest }: CallHandling): Contract {
  return {
    ...rest,
    always: always === null ? null : forwardTarget(always),
    busy: busy === null ? null : forwardTarget(busy),
    noAnswer: noAnswer === null ? null : { ...noAnswer, target: forwardTarget(noAnswer.target) },
  };
}

export function handlingFrom({ always, busy, noAnswer, ...rest }: Contract): CallHandling {
  return {
    ...rest,
    always: always === null ? null : targetFrom(always),
    busy: busy === null ? null : targetFrom(busy),
    noAnswer: noAnswer === null ? null : { ...noAnswer, target: targetFrom(noAnswer.target) },
  };
}

function targetFrom(target: ContractTarget): ForwardTarget {
  return target.kind === "operator" ? { kind: "operator", operatorId: target.operatorLogin as OperatorId } : target;
}
