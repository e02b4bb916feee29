import { useLayoutEffect, useRef } from "react";
import type { FocusEvent, RefObject } from "react";

/**
 * When a step replaces the control that had the focus, the focus goes to the given element instead of getting lost.
 * Focus anywhere else on the page is never touched.
 */
export function useKeptFocus(landing: RefObject<HTMLElement | null>, step: string) {
  const wasInside = useRef(false);
  useLayoutEffect(() => {
    if (wasInside.current && document.activeElement === document.body) landing.current?.focus();
  }, [landing, step]);
  return {
    onFocus: () => {
      wasInside.current = true;
    },
    onBlur: (event: FocusEvent<HTMLElement>) => {
      const next = event.relatedTarget;
      if (next !== null && !event.currentTarget.contains(next)) wasInside.current = false;
    },
  };
}
