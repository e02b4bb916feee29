/** Takes the code of a one-time link (`#code=…`) out of the address, so that it is neither kept in the history nor shared by copying. */
export function takeOneTimeCode(
  address: Pick<Location, "hash" | "pathname" | "search">,
  history: Pick<History, "replaceState">,
): string | null {
  const code = new URLSearchParams(address.hash.replace(/^#/, "")).get("code");
  if (code === null) return null;
  history.replaceState(null, "", address.pathname + address.search);
  return /^[\w.~-]{16,128}$/.test(code) ? code : null;
}
