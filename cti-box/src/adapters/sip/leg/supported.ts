/** What our answers inside of a call say that we support, where its trunk has a wish about that; else the stack says it. */
import type { SipDialog, SipHeaders } from "../drachtio.ts";

export function supportedIn({ supported }: SipDialog): SipHeaders {
  return supported === undefined ? {} : { Supported: supported };
}
