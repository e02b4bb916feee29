/** Which queue a call from outside goes to. Numbers are compared in E.164; Italian geographic numbers keep their leading zero. */
import { toE164 } from "./phone-number.ts";

export type PublicNumber = { number: string; queueId: string };
export type InboundRoutes = { numbers: readonly PublicNumber[]; queueIds: readonly string[] };

/** Queue of a public number that a carrier delivers, in any of the spellings carriers use; null: not one of ours. */
export function queueOfNumber(routes: InboundRoutes, dialled: string): string | null {
  const number = toE164(dialled);
  return routes.numbers.find((one) => one.number === number)?.queueId ?? null;
}

/** Queue another office asks for: a queue by name, `urp` for the office's first one, or a public number; null: unknown. */
export function queueOfMemberTarget(routes: InboundRoutes, user: string): string | null {
  const name = user.toLowerCase();
  if (routes.queueIds.includes(name)) return name;
  if (name === "urp" || name === "") return routes.queueIds[0] ?? null;
  return queueOfNumber(routes, user);
}
