/** A SIP message in memory: start line, headers in the order received, body as bytes (RFC 3261 §7). */
import type { HeaderList } from "./header-list.ts";

export type SipRequest = { kind: "request"; method: string; uri: string; headers: HeaderList; body: Buffer };
export type SipResponse = { kind: "response"; status: number; reason: string; headers: HeaderList; body: Buffer };
export type SipMessage = SipRequest | SipResponse;

export const noBody: Buffer = Buffer.alloc(0);
