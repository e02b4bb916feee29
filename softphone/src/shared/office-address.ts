/**
 * The address of the office's softphone, as an operator types it. Browsers and Electron give the microphone to secure pages only: https, or
 * plain http on this same machine.
 */
export type OfficeAddress =
  | { kind: "valid"; url: string; origin: string }
  | { kind: "invalid"; why: "empty" | "not-an-address" | "not-secure" };

const ownMachine = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** `urp.comune.example`, `https://urp.comune.example/` or `http://127.0.0.1:8080`; a bare name means https. */
export function readOfficeAddress(typed: string): OfficeAddress {
  const text = typed.trim();
  if (text === "") return { kind: "invalid", why: "empty" };
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return { kind: "invalid", why: "not-an-address" };
  }
  const isPlain = url.username === "" && url.password === "" && url.hostname !== "";
  if (!isPlain || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return { kind: "invalid", why: "not-an-address" };
  }
  if (url.protocol === "http:" && !ownMachine.test(url.hostname)) return { kind: "invalid", why: "not-secure" };
  return { kind: "valid", url: `${url.origin}/`, origin: url.origin };
}
