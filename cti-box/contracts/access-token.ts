/**
 * The token of an operator's session: a JWS signed by the box (ES256), verified by the crm-bridge with the box's public keys
 * from `GET /api/keys` (a JWK set). Programs of the office (the bridge) call the box with a service secret from their configuration instead.
 */
import { z } from "zod";
import { officeIdSchema, operatorLoginSchema } from "./identifiers.ts";

export const accessTokenAudience = "la2-cti";

export const roleSchema = z.enum(["supervisor", "front_office", "back_office", "administrator"]);

export const accessTokenClaimsSchema = z.object({
  sub: operatorLoginSchema,
  officeId: officeIdSchema,
  displayName: z.string(),
  roles: z.array(roleSchema).min(1),
  iat: z.int(),
  exp: z.int(),
  jti: z.string(),
});

export type Role = z.infer<typeof roleSchema>;
export type AccessTokenClaims = z.infer<typeof accessTokenClaimsSchema>;
