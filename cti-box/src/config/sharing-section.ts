/**
 * Peak sharing. `network.offices[].sharing`: what each office has declared to the network; this office keeps to its own entry. `sharing`: where
 * callers of other offices go here. `queues[].sharing`: when our own callers are offered to others.
 */
import { z } from "zod";
import { openingHours } from "./hours-section.ts";
import { topicSchema } from "../../contracts/topics.ts";

export const sharingDeclaration = z.strictObject({
  /** Callers of other offices at the same time. */
  capacity: z.int().min(1).max(500),
  /** None: all. */
  topics: z.array(topicSchema).default([]),
  /** Absent: the hours of the office. */
  hours: openingHours.optional(),
});

export const sharedCallers = z.strictObject({
  /** Queue for callers of other offices; absent: the first one. */
  queueId: z.string().optional(),
  /** Queues by subject. */
  topicQueues: z.partialRecord(topicSchema, z.string()).default({}),
});

type SharingOffice = { officeId: string; sharing?: z.infer<typeof sharingDeclaration> | undefined };

export function sharingProblems(config: {
  office?: { officeId: string } | undefined;
  queues?: readonly { queueId: string }[] | undefined;
  network?: { offices: readonly SharingOffice[] } | undefined;
  sharing?: z.infer<typeof sharedCallers> | undefined;
}): string[] {
  const { office, queues = [], network, sharing } = config;
  if (sharing === undefined) return [];
  const targets = Object.entries(sharing.topicQueues).map(([name, queueId]) => ({
    key: `topicQueues.${name}`,
    queueId,
  }));
  if (sharing.queueId !== undefined) targets.push({ key: "queueId", queueId: sharing.queueId });
  const problems = targets
    .filter(({ queueId }) => !queues.some((queue) => queue.queueId === queueId))
    .map(({ key, queueId }) => `sharing.${key}: there is no queue ${queueId}`);
  const own = network?.offices.find(({ officeId }) => officeId === office?.officeId);
  if (office !== undefined && network !== undefined && own?.sharing === undefined)
    problems.push(`sharing: this office, ${office.officeId}, declares none in network.offices`);
  return problems;
}
