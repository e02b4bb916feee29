/**
 * The part of `drachtio-srf` that the box uses, as it behaves (the package's own types lack much of it). Header names are matched without
 * regard to case; a header sent several times arrives as one value joined with commas.
 */
import type { Socket } from "node:net";
import Srf from "drachtio-srf";
import type { AgreedTimer } from "./headers/agreed-timer.ts";

export type SipHeaders = Record<string, string>;

export type SipMessage = {
  /** The whole text, where it came so. */
  raw?: string | undefined;
  get(name: string): string | undefined;
  has(name: string): boolean;
  body: string | undefined;
  payload: { type: string | null | undefined; content?: string | undefined }[];
};

export type SipRequest = SipMessage & {
  method: string;
  uri: string;
  source: "network" | "application";
  source_address: string;
  source_port: number | string;
  protocol: string;
  on(event: "cancel", listener: (cancel: SipMessage | undefined) => void): void;
  /** CANCEL of a request of ours; throws when there is nothing to cancel. */
  cancel(options: { headers?: SipHeaders }, done?: (error: unknown) => void): void;
};

export type SipResponse = SipMessage & {
  status: number;
  finalResponseSent: boolean;
  /** Headers of the answer to come; a list under `parsed` is written as one header line each. */
  msg: { headers: Record<string, unknown> };
  send(status: number, options?: { headers?: SipHeaders; body?: string }): void;
};

export type SipDialog = {
  /** For a peer that asks who we are (401, 407) inside of the call. */
  auth?: { username: string; password: string };
  /** Supported in our answers inside of the call; absent: the stack says it. */
  supported?: string | undefined;
  /** The session timer that holds; null, absent: none, or one that the stack alone knows of. */
  sessionTimer?: AgreedTimer | null | undefined;
  /** The stack's name of it. */
  id: string;
  type: "uac" | "uas";
  /** The INVITE that made it, and its 200. */
  req: Pick<SipMessage, "get">;
  res: Pick<SipMessage, "get">;
  /** Names the dialog (RFC 3261 §12). */
  sip: { callId: string; localTag: string; remoteTag: string };
  local: { contact?: string; uri?: string; sdp: string };
  remote: { uri?: string; sdp: string | undefined };
  on(event: "destroy", listener: (request: SipRequest) => void): void;
  on(event: "ack", listener: (ack: SipRequest) => void): void;
  on(event: InDialogEvent, listener: (request: SipRequest, response: SipResponse) => void): void;
  removeAllListeners(): void;
  destroy(options: { headers: SipHeaders }, done: (error: unknown) => void): void;
  /** re-INVITE with this description; tells the far end's. */
  modify(sdp: string, done: (error: Error | null, answer: string | undefined) => void): void;
  request(
    options: { method: string; headers?: SipHeaders; body?: string },
    done: (error: Error | null, response: SipResponse | undefined) => void,
  ): void;
};
export type InDialogEvent = "modify" | "update" | "info" | "refer" | "message" | "options" | "notify";

export type SipFailure = Error & { status?: number; res?: SipMessage };

export type SipStack = {
  /** Resolves when the request left; it then tells its answer as `response`. */
  request(
    uri: string,
    options: {
      method: string;
      headers: SipHeaders;
    },
  ): Promise<NodeJS.EventEmitter & SipMessage>;
  use(verb: string, handler: (request: SipRequest, response: SipResponse) => void): void;
  /** Sees every request that no dialog takes, with the connection it came over, before the handlers of verbs do. */
  use(watcher: (request: SipRequest & { socket: Socket }, response: SipResponse, next: () => void) => void): void;
  createUAS(
    request: SipRequest,
    response: SipResponse,
    options: { localSdp: string; headers: SipHeaders },
    done: (error: SipFailure | null, dialog: SipDialog) => void,
  ): void;
  createUAC(
    uri: string,
    options: {
      localSdp: string;
      headers: SipHeaders;
      proxy?: string;
    },
    progress: {
      cbRequest: (error: unknown, request: SipRequest) => void;
      cbProvisional: (response: SipResponse) => void;
    },
    done: (error: SipFailure | null, dialog: SipDialog) => void,
  ): void;
  /** From now on requests in this dialog go to it. */
  addDialog(dialog: SipDialog): void;
};

/** The connection under a stack, as far as the package's own interface does not reach: what the engine says beside SIP. */
export type ControlClient = {
  wp: {
    /** A frame has come; the package has dealt with it already. */
    on(event: "msg", listener: (socket: Socket, frame: string) => void): void;
    /** Returns the id that the answer quotes. */
    send(socket: Socket, message: string): string;
  };
  _getDefaultSocket(): Socket | undefined;
  request(
    options: { method: string; stackDialogId: string; headers: SipHeaders },
    done: (error: Error | null) => void,
  ): void;
};

/**
 * Did the request come over WebSocket (RFC 7118)? Told by its topmost Via: the stack names the protocol of such a connection `tcp`.
 */
export function isFromBrowser(request: SipRequest): boolean {
  return /^wss?$/i.test(request.protocol) || /^\s*SIP\s*\/\s*2\.0\s*\/\s*WSS?\b/i.test(request.get("via") ?? "");
}

export type SipUri = { user: string | null; host: string; port: number | null; transport: string | null };

/** Reads a `sip:`, `sips:` or `tel:` URI; null for anything else. A `tel:` URI has no host. */
export function parseSipUri(text: string): SipUri | null {
  const parsed = Srf.parseUri(text) as unknown as
    | {
        scheme: string;
        user?: string;
        number?: string;
        host?: string;
        port?: number;
        params?: Record<string, string | null>;
      }
    | undefined;
  if (parsed === undefined) return null;
  if (parsed.scheme === "tel") return { user: parsed.number ?? null, host: "", port: null, transport: null };
  if (parsed.host === undefined || parsed.host === "") return null;
  const port = Number(parsed.port);
  const user = parsed.user === undefined || parsed.user === "" ? null : unescapeUser(parsed.user);
  return {
    user,
    host: parsed.host,
    port: Number.isInteger(port) && port > 0 ? port : null,
    transport: parsed.params?.["transport"]?.toLowerCase() ?? null,
  };
}

/** Parameters of the user part (`+39…;phone-context=…`) are not part of the number; damaged escapes are kept as they are. */
function unescapeUser(user: string): string {
  const bare = user.split(";")[0] ?? user;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
