/** Operators' tokens, checked with the box's public keys. The keys are remembered, so a box that is briefly away locks nobody out. */
import { createRemoteJWKSet, jwtVerify } from "jose";
import { accessTokenAudience, accessTokenClaimsSchema, type AccessTokenClaims } from "@la2-cti/cti-box/contracts";

/** The claims of a valid token, or null. */
export type TokenVerifier = (token: string) => Promise<AccessTokenClaims | null>;

export function createTokenVerifier(boxUrl: string, officeId: string): TokenVerifier {
  const keys = createRemoteJWKSet(new URL("/api/keys", boxUrl), {
    timeoutDuration: 3_000,
    cooldownDuration: 2_000,
    cacheMaxAge: 3_600_000,
  });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, { algorithms: ["ES256"], audience: accessTokenAudience });
      const claims = accessTokenClaimsSchema.parse(payload);
      return claims.officeId === officeId ? claims : null;
    } catch {
      return null;
    }
  };
}
