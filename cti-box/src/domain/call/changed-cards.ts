/** Which operators have to see something new after a step. */
import { cardOf, operatorsWithCard } from "./summary.ts";
import type { Call } from "./call.ts";
import type { CallView } from "./call-view.ts";
import type { OperatorId } from "./ids.ts";

/** `before` is null for the first step. */
export function changedCards(before: Call | null, after: Call): { operatorId: OperatorId; card: CallView }[] {
  return operatorsWithCard(after).flatMap((operatorId) => {
    const card = cardOf(after, operatorId);
    const earlier = before === null ? null : cardOf(before, operatorId);
    return card === null || JSON.stringify(card) === JSON.stringify(earlier) ? [] : [{ operatorId, card }];
  });
}
