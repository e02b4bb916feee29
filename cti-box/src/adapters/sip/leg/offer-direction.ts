/** Direction of a far end's audio (RFC 3264 §5.1, §8.4), read for the question whether it holds us. The media reads the rest. */
import type { MediaDirection } from "../../../domain/call/call-event.ts";

export function directionOf(sdp: string): MediaDirection {
  const [session = "", ...media] = sdp.split(/^(?=m=)/m);
  const audio = media.find((section) => section.startsWith("m=audio")) ?? "";
  // RFC 2543 phones hold with a null address.
  if (/^c=IN IP4 0\.0\.0\.0\s*$/m.test(audio) || (!/^c=/m.test(audio) && /^c=IN IP4 0\.0\.0\.0\s*$/m.test(session))) {
    return "sendonly";
  }
  return attributeOf(audio) ?? attributeOf(session) ?? "sendrecv";
}

function attributeOf(section: string): MediaDirection | null {
  return (/^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1] as MediaDirection | undefined) ?? null;
}
