/** Faults between queues and operators that no single key shows. */
import { hasSkills } from "../domain/queue/skills.ts";
import type { OperatorSkills, SpecialNeed } from "../domain/queue/skills.ts";

type QueueLinks = {
  queueId: string;
  closedQueueId?: string | undefined;
  overflowQueueId?: string | undefined;
  announcements?: { otherLanguageKey?: string | undefined } | undefined;
  callback?: { key: string } | undefined;
  keys: Readonly<Record<string, string>>;
  requires: { topic?: string | undefined; language?: string | undefined; need?: SpecialNeed | undefined };
};
type OperatorLinks = { queues: readonly string[]; skills: OperatorSkills };

export function queueProblems({
  queues = [],
  operators = [],
  trunks,
}: {
  queues?: readonly QueueLinks[] | undefined;
  operators?: readonly OperatorLinks[] | undefined;
  trunks?: readonly { outbound?: unknown }[] | undefined;
}): string[] {
  return queues.flatMap((queue, index) => {
    const at = `queues[${index}]`;
    const problems = unknownLinks(queue, queues).map(({ key, target }) => `${at}.${key}: there is no queue ${target}`);
    if (comesBack(queue, queues)) problems.push(`${at}.overflowQueueId: callers would come back to ${queue.queueId}`);
    const languageKey = queue.announcements?.otherLanguageKey;
    if (languageKey !== undefined && !Object.hasOwn(queue.keys, languageKey))
      problems.push(`${at}.announcements.otherLanguageKey: ${languageKey} is not one of the keys of the queue`);
    problems.push(...callbackProblems(queue, trunks).map((problem) => `${at}.callback${problem}`));
    const asksSkills = Object.values(queue.requires).some((skill) => skill !== undefined);
    if (asksSkills && !operators.some((operator) => canServe(operator, queue)))
      problems.push(`${at}.requires: no operator of this queue has these skills`);
    return problems;
  });
}

function callbackProblems(
  { callback, announcements, keys }: QueueLinks,
  trunks: readonly { outbound?: unknown }[] | undefined,
): string[] {
  if (callback === undefined) return [];
  return [
    ...(announcements === undefined ? [": needs announcements, which name the key"] : []),
    ...(Object.hasOwn(keys, callback.key) ? [`.key: ${callback.key} leads to another queue already`] : []),
    ...(trunks?.every(({ outbound }) => outbound === undefined) ? [": no trunk calls out"] : []),
  ];
}

function unknownLinks(queue: QueueLinks, all: readonly QueueLinks[]): { key: string; target: string }[] {
  const links: { key: string; target: string | undefined }[] = [
    { key: "closedQueueId", target: queue.closedQueueId },
    { key: "overflowQueueId", target: queue.overflowQueueId },
    ...Object.entries(queue.keys).map(([pressed, target]) => ({ key: `keys.${pressed}`, target })),
  ];
  return links.flatMap(({ key, target }) =>
    target === undefined || all.some(({ queueId }) => queueId === target) ? [] : [{ key, target }],
  );
}

function comesBack(start: QueueLinks, all: readonly QueueLinks[]): boolean {
  const passed = new Set<string>();
  for (let next = start.overflowQueueId; next !== undefined && !passed.has(next);) {
    if (next === start.queueId) return true;
    passed.add(next);
    const nextId = next;
    next = all.find(({ queueId }) => queueId === nextId)?.overflowQueueId;
  }
  return false;
}

/** An operator without queues of its own serves all of them. */
function canServe({ queues, skills }: OperatorLinks, { queueId, requires }: QueueLinks): boolean {
  if (queues.length > 0 && !queues.includes(queueId)) return false;
  const { topic = null, language = null, need = null } = requires;
  return hasSkills(skills, { topic, language, need });
}
