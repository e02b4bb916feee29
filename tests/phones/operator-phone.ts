/** The desk phone of an operator of a test's office. */
import { passwordOf } from "../office/office-config.ts";
import { BaresipPhone, type PhoneSettings } from "./baresip-phone.ts";

export type OperatorPhoneOrder = Pick<PhoneSettings, "host" | "toneHz" | "answer" | "codecs"> & {
  user: string;
  domain: string;
};

/** Resolves when it is registered. */
export async function openOperatorPhone({ user, domain, ...settings }: OperatorPhoneOrder): Promise<BaresipPhone> {
  const phone = await BaresipPhone.open({ ...settings, account: { user, domain, password: passwordOf(user) } });
  await phone.registered();
  return phone;
}
