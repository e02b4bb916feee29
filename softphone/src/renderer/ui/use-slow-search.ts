import { useEffect, useState } from "react";

/** The ticket comes within a moment of the ring; after this the operator is told that the service is slow, and goes on without. */
const patienceMs = 4_000;

/** True when what is looked for has not come in time, although the line to the service seems to be there. */
export function useSlowSearch(isSearching: boolean): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    if (!isSearching) return undefined;
    const timer = setTimeout(() => setSlow(true), patienceMs);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [isSearching]);
  return isSearching && isSlow;
}
