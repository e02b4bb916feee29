/** The dialog that a Replaces header means (RFC 3891 §6.1), as the receiver sees it: `to-tag` is the receiver's own tag, `from-tag` the far end's. */
export type ReplacedDialog = { sipCallId: string; localTag: string; remoteTag: string; isEarlyOnly: boolean };

/** Null when the header cannot be read. */
export function readReplaces(value: string | undefined): ReplacedDialog | null {
  if (value === undefined || value.length > 1024) return null;
  const [sipCallId = "", ...parameters] = value.split(";").map((part) => part.trim());
  const localTag = tagOf(parameters, "to-tag");
  const remoteTag = tagOf(parameters, "from-tag");
  if (sipCallId === "" || /[\s,]/.test(sipCallId) || localTag === null || remoteTag === null) return null;
  return { sipCallId, localTag, remoteTag, isEarlyOnly: parameters.some((one) => one.toLowerCase() === "early-only") };
}

/** For the far end of the dialog, who has the tags the other way round. */
export function writeReplaces({ sipCallId, localTag, remoteTag }: Omit<ReplacedDialog, "isEarlyOnly">): string {
  return `${sipCallId};to-tag=${remoteTag};from-tag=${localTag}`;
}

/** The tag of a From or To header; null: it has none yet. */
export function tagIn(header: string | undefined): string | null {
  return /;\s*tag\s*=\s*([^\s;,>]+)\s*(?:;[^>]*)?$/i.exec(header ?? "")?.[1] ?? null;
}

function tagOf(parameters: readonly string[], name: string): string | null {
  const prefix = `${name}=`;
  const found = parameters.find((one) => one.toLowerCase().startsWith(prefix))?.slice(prefix.length) ?? "";
  return found === "" ? null : found;
}
