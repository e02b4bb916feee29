/** Forms that several sections of the configuration share. */
import { z } from "zod";

export const phoneNumber = z
  .string()
  .regex(/^\+[1-9][0-9]{4,14}$/, "is not a number in E.164 form such as +390668888888");
export const address = z.string().min(2).max(64);
export const sipUri = z
  .string()
  .regex(/^sips?:[^\s<>"]+$/, "is not a SIP URI such as sip:127.0.0.12:5060;transport=udp");
