/** Registrations as they are remembered over a kill of the box. */
import { z } from "zod";
import type { SipAccount } from "../../../application/ports.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import type { Binding, BindingRecord } from "./bindings.ts";

const keptSchema = z.object({
  authorizationUser: z.string(),
  device: z.object({ uri: z.string(), nextHop: z.string().nullable(), media: z.enum(["webrtc", "rtp"]) }),
  source: z.object({ address: z.string(), port: z.number(), protocol: z.string() }),
  registrationId: z.string(),
  sequence: z.number(),
  expiresAtMs: z.number(),
});

export function bindingRecord(memory: RestartMemory | undefined): BindingRecord {
  return {
    keep: (binding) => {
      const { account, device, source, registrationId, sequence, expiresAtMs } = binding;
      const { authorizationUser } = account;
      const kept: z.infer<typeof keptSchema> = {
        authorizationUser,
        device,
        source,
        registrationId,
        sequence,
        expiresAtMs,
      };
      memory?.keep("registration", keyOf(binding), kept);
    },
    forget: (binding) => memory?.forget("registration", keyOf(binding)),
  };
}

export type StillRegistered = {
  nowMs: number;
  findAccount(authorizationUser: string): SipAccount | null;
  /** The connections that browsers registered on are still there: they end at the stack, and the stack has run on. */
  browsersStay: boolean;
};

/** Registrations of an earlier run that still hold. The others are forgotten. */
export function rememberedBindings(memory: RestartMemory, still: StillRegistered): Binding[] {
  return memory.kept("registration").flatMap(({ key, value }) => {
    const kept = keptSchema.safeParse(value);
    const account = kept.success ? still.findAccount(kept.data.authorizationUser) : null;
    const holds =
      kept.success && kept.data.expiresAtMs > still.nowMs && (kept.data.device.media === "rtp" || still.browsersStay);
    if (account !== null && holds) return [{ account, ...kept.data }];
    memory.forget("registration", key);
    return [];
  });
}

function keyOf({ account, device }: Binding): string {
  return `${account.authorizationUser} ${device.uri}`;
}
