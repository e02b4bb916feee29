import { useEffect } from "react";
import { usePhone } from "./softphone-context.tsx";

/** While a call is open the browser asks before the page is closed or reloaded: the audio lives here. */
export function useLeaveWarning(): void {
  const isInCall = usePhone((phone) => phone.calls.some((entry) => entry.line.kind === "open"));
  useEffect(() => {
    if (!isInCall) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isInCall]);
}
