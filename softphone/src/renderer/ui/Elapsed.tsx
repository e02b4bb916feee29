import { useEffect, useState } from "react";
import { clockText } from "./time-text.ts";

/** A running clock; not announced, screen readers read it on demand. */
export function Elapsed({ sinceMs, label }: { sinceMs: number; label: string }) {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="la2-clock">
      <span className="visually-hidden">{label} </span>
      <time>{clockText(nowMs - sinceMs)}</time>
    </span>
  );
}
