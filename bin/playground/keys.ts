/** Fresh key pairs for the playground's hub and offices: each signs what it sends to the others. */
import { createOfficeKeys } from "../../crm-bridge/src/tupa/contract/office-tokens.ts";

type KeyPair = Awaited<ReturnType<typeof createOfficeKeys>>;

export type OfficeKeys = {
  hub: KeyPair;
  /** Throws for an office that is not part of the playground. */
  ofOffice(officeId: string): KeyPair;
};

export async function createKeys(officeIds: readonly string[]): Promise<OfficeKeys> {
  const pairs = new Map<string, KeyPair>();
  for (const officeId of officeIds) pairs.set(officeId, await createOfficeKeys());
  return {
    hub: await createOfficeKeys(),
    ofOffice: (officeId) => {
      const pair = pairs.get(officeId);
      if (pair === undefined) throw new Error(`no keys for ${officeId}`);
      return pair;
    },
  };
}
