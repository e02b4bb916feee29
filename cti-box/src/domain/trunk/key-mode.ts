/** How keys that a person presses travel over a trunk. */

/**
 * `rfc4733`: as events beside the sound. `info`: in SIP INFO requests. `inband`: as tones in the sound. `auto`: as events where the carrier agrees to them in the
 * call, else as tones.
 */
export const keyModes = ["rfc4733", "info", "inband", "auto"] as const;
export type KeyMode = (typeof keyModes)[number];

export type KeyModeOfTrunk = (trunkId: string) => KeyMode;

/** Whether the mode may need tones to be heard and made. */
export function usesTones(mode: KeyMode): boolean {
  return mode === "inband" || mode === "auto";
}
