/** Links that open a softphone signed in, once, asked from the office's box with the office's own secret. */
import { boxUrl } from "./office-config.ts";
import type { OfficePlan } from "./plan.ts";

/** Throws when the box does not give one. */
export async function oneTimeLink(office: OfficePlan): Promise<string> {
  const response = await fetch(`${boxUrl(office)}/api/one-time-codes`, {
    method: "POST",
    headers: { authorization: `Bearer ${office.serviceSecret}`, "content-type": "application/json" },
    body: JSON.stringify({ login: office.operator.login }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`${office.label} gave no sign-in link (HTTP ${response.status})`);
  const { oneTimeCode } = (await response.json()) as { oneTimeCode: string };
  return `${boxUrl(office)}/#code=${oneTimeCode}`;
}
