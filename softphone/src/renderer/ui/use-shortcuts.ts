/** Ctrl+Shift shortcuts for the call they mean: the ringing one, else the selected live one. */
import { useEffect } from "react";
import { cardStateOf } from "../domain/call/call.ts";
import { actionOfKey } from "./shortcuts.ts";
import { useSoftphone } from "./softphone-context.tsx";
import type { ShortcutAction } from "./shortcuts.ts";
import type { Softphone } from "../application/softphone.ts";

export function useShortcuts(): void {
  const softphone = useSoftphone();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const action = actionOfKey(event);
      if (action === null) return;
      event.preventDefault();
      if (!event.repeat) runShortcut(softphone, action);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [softphone]);
}

function runShortcut({ store, calls, transfer, texts }: Softphone, action: ShortcutAction): void {
  if (action === "dial") return document.querySelector<HTMLElement>("[data-dial-field]")?.focus();
  const state = store.read();
  const ringing = state.calls.find((entry) => cardStateOf(entry) === "ringing")?.callId;
  const open = state.calls.filter((entry) => entry.line.kind === "open");
  const active = (open.find((entry) => entry.callId === state.selectedCallId) ?? open[0])?.callId;
  const target = action === "answer" || action === "decline" ? ringing : active;
  if (target === undefined) return;
  switch (action) {
    case "answer":
      void calls.answer(target);
      return;
    case "decline":
      calls.decline(target);
      return;
    case "mute":
      calls.toggleMicrophone(target);
      return;
    case "hold":
      void calls.toggleHold(target);
      return;
    case "transfer":
      void transfer.open(target);
      return;
    case "hang-up":
      calls.hangUp(target);
      return;
    case "text":
      texts.open(target);
      // A panel that opens now takes the focus itself.
      document.querySelector<HTMLElement>(`[data-text-field="${target}"]`)?.focus();
  }
}
