/** What the API is made of: the use cases handed to it by main.ts, and the office as it shows it. */
import type { webcrypto } from "node:crypto";
import type { OfficeReports } from "../../application/office-reports.ts";
import type {
  CallCommands,
  CallHandlingDesk,
  CallQueries,
  CallTraces,
  JournalHealth,
  OfficeFiguresQueries,
  OperatorDesk,
  SipAccounts,
  TrunkAdministrationCommands,
  StopNotices,
  TrunkQueries,
} from "../../application/use-cases.ts";
import type { RecallDesk } from "../../application/recall-desk.ts";
import type { TextDesk } from "../../application/text/text-desk.ts";
import type { MediaHealth } from "../../application/media-port.ts";
import type { Clock, Ids, Log } from "../../application/ports.ts";
import type { RestartMemory } from "../../application/restart-memory.ts";
import type { TransferPermissions } from "../../domain/trunk/dial-permissions.ts";
import type { OpeningHours } from "../../domain/routing/open-state.ts";
import type { Role } from "../../../contracts/index.ts";

export type OperatorAccount = {
  login: string;
  displayName: string;
  extension: string;
  password: string;
  roles: Role[];
  queues: { queueId: string; label: string }[];
};

export type NetworkEntry = {
  officeId: string;
  label: string;
  status: "draft" | "agreed" | "active" | "suspended";
  topics: string[];
  languages: string[];
  hours: OpeningHours | null;
};

export type ApiOptions = {
  listen: { host: string; port: number };
  /** Origin that pages are opened with when it differs from the listening address (proxy, name, https). */
  publicUrl: string | null;
  tls: { cert: Buffer; key: Buffer } | null;
  office: { officeId: string; label: string };
  operators: readonly OperatorAccount[];
  /** Offices that a call can be transferred to, and this one. */
  network: readonly NetworkEntry[];
  /** Who may transfer calls to telephone numbers. */
  transferPermissions: TransferPermissions;
  /** The office's bridge, shown under `/crm`; its secret opens the events. */
  crmBridge: { url: string; serviceSecret: string } | null;
  /** Opens the wallboard, and nothing else; null: only those who may see more. */
  wallboardKey: string | null;
  /** Where the engine speaks SIP over WebSocket; the page reaches it under `/sip`. Null: nowhere, or only directly. */
  sipWebSocket: { host: string; port: number } | null;
  /** What the page is told: `/sip`, or a `wss:` address of the engine's own. */
  sipWebSocketUrl: string;
  softphoneDirectory: string;
  iceServers: { urls: string[] }[];
};

export type TokenSigner = {
  keyId: string;
  privateKey: webcrypto.CryptoKey;
  publicJwk: object;
};

export type ApiParts = {
  options: ApiOptions;
  commands: CallCommands;
  desk: OperatorDesk;
  handlings: CallHandlingDesk;
  recalls: RecallDesk;
  texts: TextDesk;
  accounts: SipAccounts;
  queries: CallQueries;
  traces: CallTraces;
  trunks: TrunkQueries;
  figures: OfficeFiguresQueries;
  trunkAdministration: TrunkAdministrationCommands;
  stopNotices: StopNotices;
  reports: OfficeReports;
  health: () => Promise<{ callsInProgress: number; media: MediaHealth; journal: JournalHealth }>;
  signer: TokenSigner;
  /** Absent: sessions end with the process. */
  memory?: RestartMemory;
  clock: Clock;
  ids: Ids;
  log: Log;
};
