/** The key in the address (`#key=…`) is taken out of it, because many people look at the screen, and kept for a reload of this tab. */
const storageKey = "la2-wallboard-key";

export function takeWallboardKey(
  address: Pick<Location, "hash" | "pathname" | "search">,
  history: Pick<History, "replaceState">,
  storage: Pick<Storage, "getItem" | "setItem">,
): string | null {
  const key = new URLSearchParams(address.hash.replace(/^#/, "")).get("key");
  if (key === null) return storage.getItem(storageKey);
  history.replaceState(null, "", address.pathname + address.search);
  storage.setItem(storageKey, key);
  return key;
}
