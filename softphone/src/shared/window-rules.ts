/** What the page in the window may do. Pure: the shell asks here before it allows anything. */

/** The window shows the office's own pages only. */
export function mayNavigate(target: string, officeOrigin: string): boolean {
  return originOf(target) === officeOrigin;
}

/** Other windows open in the system's browser, and only ordinary web pages: a ticket in the office's CRM. */
export function opensOutside(target: string): boolean {
  return /^https?:$/.test(protocolOf(target));
}

export type PermissionAsked = { permission: string; origin: string; mediaTypes: readonly string[] };

/** The microphone, for the office's origin; no camera, no location, no screen (which asks for media without a type). */
export function mayUse(asked: PermissionAsked, officeOrigin: string): boolean {
  if (asked.permission !== "media" || originOf(asked.origin) !== officeOrigin) return false;
  return asked.mediaTypes.length > 0 && asked.mediaTypes.every((type) => type === "audio");
}

function originOf(url: string): string | null {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol;
  } catch {
    return "";
  }
}
