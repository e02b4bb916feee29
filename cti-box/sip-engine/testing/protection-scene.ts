/** The protection alone, with a clock moved by hand, and the messages that it looks at. */
import { BoundedLog } from "../log.ts";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { Protection } from "../protection/protection.ts";
import type { ProtectionOptions } from "../protection/protection-options.ts";

/** Protection with a clock that is moved by hand, and what it has logged. */
export function scene(options: ProtectionOptions = {}) {
  const clock = { nowMs: 0 };
  const logged: string[] = [];
  const log = new BoundedLog((_level, message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`));
  return { clock, logged, protection: new Protection(options, log, () => clock.nowMs) };
}

export function register(credentials: string | null, method = "REGISTER"): SipRequest {
  const headers = new HeaderList().append("To", "<sip:anna@uno.example>");
  if (credentials !== null) headers.append("Authorization", `Digest username="anna", nonce="${credentials}"`);
  return { kind: "request", method, uri: "sip:uno.example", headers, body: noBody };
}

export function answer(status: number, nonce: string | null = null, more = ""): SipResponse {
  const headers = new HeaderList();
  if (nonce !== null) headers.append("WWW-Authenticate", `Digest realm="uno.example", nonce="${nonce}"${more}`);
  return { kind: "response", status, reason: "", headers, body: noBody };
}
