/**
 * What happens on the page, for embedding pages and for drivers: window events named `la2-…`, each with a payload and its time `at`
 * (epoch milliseconds); the last 200 can be read from `window.la2Events`.
 */
import type { PageEvents } from "../../application/ports.ts";

const keep = 200;

export function createPageEvents(target: Window): PageEvents {
  const kept: Readonly<Record<string, unknown>>[] = [];
  Object.defineProperty(target, "la2Events", { get: () => [...kept], configurable: true });
  return {
    tell(name, payload) {
      const detail = Object.freeze({ ...payload, at: Date.now() });
      kept.push(Object.freeze({ name, ...detail }));
      if (kept.length > keep) kept.shift();
      target.dispatchEvent(new CustomEvent(name, { detail }));
    },
  };
}
