/** What the box has to know of its office: the part of the configuration that the use cases read, in the configuration's own shape. */
import type { Network } from "../domain/transfer/network-directory.ts";
import type { CallQueue } from "../domain/call/call.ts";
import type { NumberKind } from "../domain/routing/dialled-number.ts";
import type { OperatorProfile, Role } from "../domain/operator/operator.ts";
import type { Distribution } from "../domain/queue/choose-operator.ts";
import type { NamedKey, PromptLanguage } from "../domain/queue/announcement.ts";
import type { QueueRules } from "../domain/queue/place-caller.ts";
import type { CallbackRules } from "../domain/queue/callback-book.ts";
import type { OperatorSkills, SpecialNeed } from "../domain/queue/skills.ts";
import type { OpeningHours } from "../domain/routing/open-state.ts";
import type { QueueService } from "./operator-room.ts";
import type { KnownSources } from "../domain/trunk/identify-source.ts";
import { defaultPermissions } from "../domain/trunk/dial-permissions.ts";
import type { DialPermissions, TransferPermissions } from "../domain/trunk/dial-permissions.ts";
import type { Trunk, TrunkOutbound } from "../domain/trunk/trunk.ts";
import type { OutboundSettings, TrunkSettings } from "../domain/trunk/trunk-settings.ts";
import { usualSession } from "../domain/trunk/session-timer-wish.ts";
import type { RegisterOrder, TrunkTerms } from "./trunk-ports.ts";
import type { WatchedTrunk } from "./trunk-watch.ts";
import type { InboundRoutes } from "../domain/routing/route-inbound.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import { sharingFrom } from "./sharing-settings.ts";
import type { OfficeSharing, SharingSettings } from "./sharing-settings.ts";

export type { TrunkSettings } from "../domain/trunk/trunk-settings.ts";

export type OfficeSettings = {
  office: { officeId: string; label: string; hours?: OpeningHours | undefined };
  sip: { domain: string };
  trunks: readonly TrunkSettings[];
  numbers: readonly { number: string; queueId: string }[];
  queues: readonly {
    queueId: string;
    label: string;
    ringTimeoutSeconds: number;
    maxWaitSeconds: number;
    wrapUpSeconds: number;
    distribution?: Distribution | undefined;
    requires?:
      | { topic?: string | undefined; language?: string | undefined; need?: SpecialNeed | undefined }
      | undefined;
    hours?: OpeningHours | "always" | undefined;
    closedQueueId?: string | undefined;
    maxLength?: number | undefined;
    overflowQueueId?: string | undefined;
    announcements?:
      | { language: PromptLanguage; placeEverySeconds: number; otherLanguageKey?: NamedKey | undefined }
      | undefined;
    survey?: { language: PromptLanguage } | undefined;
    keys?: Readonly<Record<string, string>> | undefined;
    sharing?: SharingSettings["queue"] | undefined;
    callback?: { key: NamedKey; attempts: number; pauseMinutes: number; outOfHours: boolean } | undefined;
  }[];
  operators: readonly {
    login: string;
    displayName: string;
    extension: string;
    password: string;
    queues: readonly string[];
    roles?: readonly Role[];
    skills?: OperatorSkills | undefined;
    priority?: number | undefined;
  }[];
  /** What the roles may call; a role that is left out has the defaults. */
  outbound?: {
    permissions: { [role in Role]?: readonly NumberKind[] | undefined };
    transfers?: TransferPermissions | undefined;
  };
  network: {
    proxy?: { uri: string; addresses: readonly string[]; domain: string } | undefined;
    offices: readonly {
      officeId: string;
      label: string;
      status: "draft" | "agreed" | "active" | "suspended";
      sip: { uri: string; addresses: readonly string[] };
      languages?: readonly string[];
      hours?: OpeningHours | undefined;
      sharing?: SharingSettings["declaration"] | undefined;
    }[];
    transferTimeoutSeconds: number;
  };
  sharing?: SharingSettings["callers"] | undefined;
};

/** The office as the use cases look things up in it. */
export type Office = {
  officeId: string;
  label: string;
  domain: string;
  sources: KnownSources;
  routes: InboundRoutes;
  queues: ReadonlyMap<string, CallQueue>;
  queueRules: ReadonlyMap<string, QueueRules>;
  services: ReadonlyMap<string, QueueService>;
  /** Queue by key, for each queue. */
  queueKeys: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Queues that call back. */
  callbackRules: ReadonlyMap<string, CallbackRules>;
  network: Network;
  sharing: OfficeSharing;
  operators: ReadonlyMap<OperatorId, OperatorProfile>;
  transferTimeoutMs: number;
  dialPermissions: DialPermissions;
  transferPermissions: TransferPermissions;
};

export function officeFrom(settings: OfficeSettings): Office {
  const { network } = settings;
  return {
    officeId: settings.office.officeId,
    label: settings.office.label,
    domain: settings.sip.domain,
    sources: {
      trunks: settings.trunks,
      proxyAddresses: network.proxy?.addresses ?? [],
      members: network.offices
        .filter((office) => office.officeId !== settings.office.officeId && office.status !== "suspended")
        .map((office) => ({ officeId: office.officeId, addresses: addressesOf(office.sip) })),
    },
    routes: { numbers: settings.numbers, queueIds: settings.queues.map((queue) => queue.queueId) },
    queues: new Map(settings.queues.map((queue) => [queue.queueId, queueFrom(queue, settings)])),
    queueRules: new Map(settings.queues.map((queue) => [queue.queueId, rulesFrom(queue, settings.office.hours)])),
    queueKeys: new Map(settings.queues.map(({ queueId, keys }) => [queueId, new Map(Object.entries(keys ?? {}))])),
    callbackRules: new Map(settings.queues.flatMap(callbackRulesFrom)),
    services: new Map(settings.queues.map((queue) => [queue.queueId, serviceFrom(queue)])),
    network: {
      ownOfficeId: settings.office.officeId,
      proxy: network.proxy === undefined ? null : { uri: network.proxy.uri, domain: network.proxy.domain },
      offices: network.offices.map(({ officeId, label, status, sip }) => ({
        officeId,
        label,
        status,
        sipUri: sip.uri,
      })),
    },
    sharing: sharingFrom(settings),
    operators: new Map(settings.operators.map((one) => [one.login as OperatorId, profileFrom(one, settings)])),
    transferTimeoutMs: network.transferTimeoutSeconds * 1000,
    dialPermissions: permissionsFrom(settings),
    transferPermissions: settings.outbound?.transfers ?? {},
  };
}

export function trunkFrom(settings: TrunkSettings): Trunk {
  const { trunkId, numbers = [], capacity = null, whenFull = "unavailable", priority = 10, weight = 1 } = settings;
  const outbound = settings.outbound === undefined ? null : outboundFrom(settings.outbound);
  const { dtmf: keys = "rfc4733", realTimeText = false, srtp = "off" } = settings;
  // Tones survive no other codec.
  const { codecs = keys === "inband" ? (["PCMA", "PCMU"] as const) : null } = settings;
  return { trunkId, numbers, capacity, whenFull, priority, weight, codecs, keys, srtp, realTimeText, outbound };
}

/** The registrations that carriers want. */
export function registrationsOf(trunks: readonly TrunkSettings[]): RegisterOrder[] {
  return trunks.flatMap(({ trunkId, account }) => {
    const { user, registrar, expiresSeconds = 600 } = account ?? {};
    return user === undefined || registrar === undefined ? [] : [{ trunkId, user, registrar, expiresSeconds }];
  });
}

/** Who the office is for the carrier; null: nobody. */
function credentialsOf({ account }: TrunkSettings): { username: string; password: string } | null {
  const { user, authUser, password } = account ?? {};
  if (user === undefined || password === undefined) return null;
  return { username: authUser ?? user, password };
}

/** What calls and registrations over it are bound to at the SIP layer. */
export function termsOf(trunk: TrunkSettings): TrunkTerms {
  return { credentials: credentialsOf(trunk), sessionTimer: wishFrom(trunk.sessionTimer) };
}

function wishFrom(settings: TrunkSettings["sessionTimer"]): TrunkTerms["sessionTimer"] {
  if (settings === undefined) return null;
  const { mode, seconds = usualSession.seconds, refresher = usualSession.refresher } = settings;
  return mode === "request" ? { mode, seconds, refresher } : { mode };
}

/** The trunks whose carriers are asked whether they are there. */
export function watchedTrunks(trunks: readonly TrunkSettings[]): WatchedTrunk[] {
  return trunks.flatMap(({ trunkId, outbound }) => {
    const { uri, probeSeconds = "off" } = outbound ?? {};
    return uri === undefined || probeSeconds === "off" ? [] : [{ trunkId, uri, everyMs: probeSeconds * 1000 }];
  });
}

function outboundFrom(settings: OutboundSettings): TrunkOutbound {
  const { uri, prefixes = [], numberFormat = "e164", callerId, failoverSeconds = 4 } = settings;
  const { number, identity = "asserted", withheld = false } = callerId;
  const { perMinute = null, perDay = null, costlyPerDay = null, spendPerDay = null } = settings.limits ?? {};
  const limits = { perMinute, perDay, costlyPerDay, spendPerDay };
  const shown = { number, identity, withheld };
  return { uri, prefixes, numberFormat, callerId: shown, failoverMs: failoverSeconds * 1000, limits };
}

type QueueSettings = OfficeSettings["queues"][number];

/** The queue with those that its callers go to after its whole time; the configuration has no circle in them. */
function queueFrom(queue: QueueSettings, settings: OfficeSettings): CallQueue {
  const { announcements, callback, survey } = queue;
  const overflow = settings.queues.find((one) => one.queueId === queue.overflowQueueId);
  const hours = hoursOf(queue, settings.office.hours);
  return {
    queueId: queue.queueId,
    label: queue.label,
    ringTimeoutMs: queue.ringTimeoutSeconds * 1000,
    maxWaitMs: queue.maxWaitSeconds * 1000,
    wrapUpMs: queue.wrapUpSeconds * 1000,
    ...(overflow !== undefined && { overflow: queueFrom(overflow, settings) }),
    ...(hours !== null && { hours }),
    ...(callback !== undefined && { callback: { key: callback.key, outOfHours: callback.outOfHours } }),
    ...(survey !== undefined && { survey }),
    ...(announcements !== undefined && {
      announcements: announcementsFrom(announcements),
    }),
  };
}

function callbackRulesFrom({ queueId, callback }: QueueSettings): [string, CallbackRules][] {
  if (callback === undefined) return [];
  return [[queueId, { attempts: callback.attempts, pauseMs: callback.pauseMinutes * 60_000 }]];
}

function permissionsFrom({ outbound }: OfficeSettings): DialPermissions {
  const own = Object.entries(outbound?.permissions ?? {}).filter(([, kinds]) => kinds !== undefined);
  return { ...defaultPermissions, ...Object.fromEntries(own) };
}

function announcementsFrom(settings: NonNullable<QueueSettings["announcements"]>): CallQueue["announcements"] & object {
  const { language, placeEverySeconds, otherLanguageKey } = settings;
  return { language, everyMs: placeEverySeconds * 1000, ...(otherLanguageKey !== undefined && { otherLanguageKey }) };
}

/** A queue without hours of its own keeps those of the office. */
function hoursOf(queue: QueueSettings, officeHours: OpeningHours | undefined): OpeningHours | null {
  return queue.hours === "always" ? null : (queue.hours ?? officeHours ?? null);
}

function rulesFrom(queue: QueueSettings, officeHours: OpeningHours | undefined): QueueRules {
  return {
    hours: hoursOf(queue, officeHours),
    closedQueueId: queue.closedQueueId ?? null,
    maxLength: queue.maxLength ?? null,
    overflowQueueId: queue.overflowQueueId ?? null,
  };
}

function serviceFrom({ distribution, requires }: QueueSettings): QueueService {
  const { topic = null, language = null, need = null } = requires ?? {};
  return { distribution: distribution ?? "longest-idle", required: { topic, language, need } };
}

/** An operator without queues of its own serves all of them. */
function profileFrom(operator: OfficeSettings["operators"][number], settings: OfficeSettings): OperatorProfile {
  return {
    operatorId: operator.login as OperatorId,
    displayName: operator.displayName,
    extension: operator.extension,
    roles: operator.roles ?? ["front_office"],
    queueIds: operator.queues.length > 0 ? operator.queues : settings.queues.map((queue) => queue.queueId),
    skills: operator.skills ?? { topics: [], languages: ["it"], needs: [] },
    priority: operator.priority ?? 5,
  };
}

/** A member without a list of addresses sends from the host of its SIP URI. */
function addressesOf(sip: { uri: string; addresses: readonly string[] }): readonly string[] {
  if (sip.addresses.length > 0) return sip.addresses;
  const host = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^;:?]+)/.exec(sip.uri)?.[1];
  return host === undefined ? [] : [host];
}
