/** A trunk as the configuration has it. */
import type { KeyMode } from "./key-mode.ts";
import type { SessionTimerWish, TimerRefresher } from "./session-timer-wish.ts";
import type { TollLimits } from "./toll-limits.ts";
import type { TrunkCodec } from "./trunk-codecs.ts";
import type { SrtpUse } from "./trunk-srtp.ts";
import type { CallerIdPolicy, Trunk, TrunkOutbound } from "./trunk.ts";

/** What is left out has the defaults of the configuration. */
export type TrunkSettings = {
  trunkId: string;
  carrier?: string;
  addresses: readonly string[];
  numbers?: readonly string[];
  capacity?: number | undefined;
  whenFull?: Trunk["whenFull"];
  priority?: number;
  weight?: number;
  codecs?: readonly TrunkCodec[] | undefined;
  dtmf?: KeyMode | undefined;
  srtp?: SrtpUse;
  sessionTimer?:
    | { mode: SessionTimerWish["mode"]; seconds?: number | undefined; refresher?: TimerRefresher | undefined }
    | undefined;
  realTimeText?: boolean;
  outbound?: OutboundSettings | undefined;
  account?:
    | {
        user: string;
        authUser?: string | undefined;
        password?: string;
        registrar?: string | undefined;
        expiresSeconds?: number;
      }
    | undefined;
};

export type OutboundSettings = {
  uri: string;
  prefixes?: readonly string[];
  numberFormat?: TrunkOutbound["numberFormat"];
  callerId: { number: string; identity?: CallerIdPolicy["identity"]; withheld?: boolean };
  failoverSeconds?: number;
  probeSeconds?: number | "off";
  limits?: { [limit in keyof TollLimits]?: number | undefined };
};
