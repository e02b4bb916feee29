/** Words on the command line for calls and subscriptions. */
import type { SipEngineOptions } from "../engine-options.ts";
import type { DialogOptions } from "./dialog-options.ts";

export const dialogFlags = {
  "session-refresher": { type: "string" },
  "session-expires": { type: "string" },
  "aggressive-nat-detection": { type: "boolean" },
  "disable-nat-detection": { type: "boolean" },
} as const;

type Values = {
  "session-refresher"?: string;
  "session-expires"?: string;
  "aggressive-nat-detection"?: boolean;
  "disable-nat-detection"?: boolean;
};

/** What cannot be used is found with the other options. */
export function dialogOptionsFrom(values: Values): Pick<SipEngineOptions, "dialogs"> {
  const dialogs: DialogOptions = {};
  if (values["session-refresher"] !== undefined)
    dialogs.sessionRefresher = values["session-refresher"] as NonNullable<DialogOptions["sessionRefresher"]>;
  if (values["session-expires"] !== undefined) dialogs.sessionExpiresSeconds = Number(values["session-expires"]);
  if (values["disable-nat-detection"]) dialogs.natDetection = "off";
  else if (values["aggressive-nat-detection"]) dialogs.natDetection = "aggressive";
  return { dialogs };
}
