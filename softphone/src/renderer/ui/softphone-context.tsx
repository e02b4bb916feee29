/** Gives the softphone to the screen: its state by selector, its commands as they are. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Softphone } from "../application/softphone.ts";
import type { PhoneState } from "../domain/phone-state.ts";

const SoftphoneContext = createContext<Softphone | null>(null);
export const SoftphoneProvider = SoftphoneContext.Provider;

export function useSoftphone(): Softphone {
  const softphone = useContext(SoftphoneContext);
  if (softphone === null) throw new Error("no SoftphoneProvider above this component");
  return softphone;
}

/** The selected part must be a value that stays the same while nothing of it changed. */
export function usePhone<T>(select: (state: PhoneState) => T): T {
  const { store } = useSoftphone();
  return useSyncExternalStore(store.watch, () => select(store.read()));
}
