/** Peak sharing as the configuration has it: what this office and the others have declared, which queues offer, and where callers of others go. */
import type { OpeningHours } from "../domain/routing/open-state.ts";
import type { SharingDeclaration } from "../domain/sharing/declaration.ts";
import type { SharingNeed } from "../domain/sharing/declaration.ts";
import type { SharingThreshold } from "../domain/sharing/plan-offers.ts";

/** Parts of the configuration; what is left out has its defaults. */
export type SharingSettings = {
  declaration: { capacity: number; topics?: readonly string[]; hours?: OpeningHours | undefined };
  callers: { queueId?: string | undefined; topicQueues?: { readonly [topic: string]: string | undefined } };
  queue: { whenWaiting?: number | undefined; whenWaitSeconds?: number | undefined; answerSeconds: number };
};

/** The office as far as it matters here, in the configuration's own shape. */
type SettingsWithSharing = {
  office: { officeId: string; hours?: OpeningHours | undefined };
  network: { offices: readonly OfficeWithSharing[] };
  queues: readonly QueueWithSharing[];
  sharing?: SharingSettings["callers"] | undefined;
};
type OfficeWithSharing = {
  officeId: string;
  status: string;
  languages?: readonly string[];
  hours?: OpeningHours | undefined;
  sharing?: SharingSettings["declaration"] | undefined;
};
type QueueWithSharing = {
  queueId: string;
  requires?: { topic?: string | undefined; language?: string | undefined } | undefined;
  announcements?: { language: string } | undefined;
  sharing?: SharingSettings["queue"] | undefined;
};

/** What a queue offers, to whom, and how long the other office has to answer. */
export type QueueSharing = { threshold: SharingThreshold; need: SharingNeed; answerMs: number };

export type OfficeSharing = {
  /** Null: takes no callers of others. */
  own: SharingDeclaration | null;
  /** Offices that do, and are active. */
  others: readonly SharingDeclaration[];
  /** Queues that offer their callers. */
  queues: ReadonlyMap<string, QueueSharing>;
  /** Where callers of other offices go; null: the office's first queue. */
  queueId: string | null;
  topicQueues: ReadonlyMap<string, string>;
};

export function sharingFrom(settings: SettingsWithSharing): OfficeSharing {
  const { officeId } = settings.office;
  const own = settings.network.offices.find((one) => one.officeId === officeId);
  const others = settings.network.offices.filter((one) => one.officeId !== officeId && one.status === "active");
  const { queueId = null, topicQueues = {} } = settings.sharing ?? {};
  return {
    own: own === undefined ? null : declarationFrom(own, settings.office.hours),
    others: others.flatMap((one) => declarationFrom(one) ?? []),
    queues: new Map(settings.queues.flatMap((queue) => queueSharing(queue))),
    queueId,
    topicQueues: new Map(Object.entries(topicQueues).filter((entry): entry is [string, string] => !!entry[1])),
  };
}

/** An office without hours for this keeps its own. */
function declarationFrom(
  { officeId, sharing, languages = ["it"], hours }: OfficeWithSharing,
  ownHours?: OpeningHours,
): SharingDeclaration | null {
  if (sharing === undefined) return null;
  const { capacity, topics = [] } = sharing;
  return { officeId, capacity, topics, languages, hours: sharing.hours ?? hours ?? ownHours ?? null };
}

function queueSharing(queue: QueueWithSharing): [string, QueueSharing][] {
  const { sharing, requires, announcements } = queue;
  if (sharing === undefined) return [];
  const { whenWaiting = null, whenWaitSeconds, answerSeconds } = sharing;
  const threshold = { waiting: whenWaiting, waitMs: whenWaitSeconds === undefined ? null : whenWaitSeconds * 1000 };
  const language = requires?.language ?? announcements?.language ?? "it";
  const need = { topic: requires?.topic ?? null, language };
  return [[queue.queueId, { threshold, need, answerMs: answerSeconds * 1000 }]];
}
