/** What a request handler decides, read from its JSON (control protocol §11). Untrusted: nothing that could leave its header line, all of it bounded. */
import { z } from "zod";
import { parseApplicationAddress, type Address } from "./handler.ts";

const uri = z
  .string()
  .max(2_048)
  .regex(/^[^\s<>"|]+$/);
/** `5s`, `500ms`, or milliseconds; becomes milliseconds, null for zero: no limit. */
const duration = z
  .string()
  .regex(/^\d{1,8}(ms|s)?$/)
  .transform((text) => Number.parseInt(text, 10) * (/\ds$/.test(text) ? 1_000 : 1))
  .transform((milliseconds) => (milliseconds > 0 ? Math.min(milliseconds, 86_400_000) : null));
const tag = z.string().regex(/^[A-Za-z0-9\-_+@:]{1,32}$/);
const someUris = z.array(uri).min(1).max(64);

const answerSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("reject"),
    data: z.object({
      status: z.int().min(300).max(699),
      reason: z
        .string()
        .max(256)
        .regex(/^[^\r\n]*$/)
        .optional(),
    }),
  }),
  z.object({ action: z.literal("redirect"), data: z.object({ contact: someUris }) }),
  z.object({
    action: z.literal("proxy"),
    data: z.object({
      destination: z.union([someUris, uri.transform((one) => [one])]),
      recordRoute: z.boolean().default(false),
      followRedirects: z.boolean().default(true),
      simultaneous: z.boolean().default(false),
      provisionalTimeout: duration.prefault("5s"),
      finalTimeout: duration.prefault("60s"),
    }),
  }),
  z.object({ action: z.literal("route"), data: z.union([z.object({ uri: z.string() }), z.object({ tag })]) }),
]);

export type ProxyOrder = Extract<z.infer<typeof answerSchema>, { action: "proxy" }>["data"];

export type HandlerAnswer =
  | { kind: "reject"; status: number; reason: string }
  | { kind: "redirect"; contacts: readonly string[] }
  | { kind: "proxy"; order: ProxyOrder }
  | { kind: "connect"; address: Address }
  | { kind: "tag"; tag: string };

export type ReadAnswer = { ok: true; answer: HandlerAnswer } | { ok: false; why: string };

/** Reads the body of the handler's answer. */
export function readHandlerAnswer(text: string): ReadAnswer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, why: "not JSON" };
  }
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, why: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not an answer"}` };
  }
  const answer = answerOf(parsed.data);
  return answer === null ? { ok: false, why: "data.uri: is not host:port" } : { ok: true, answer };
}

function answerOf(given: z.infer<typeof answerSchema>): HandlerAnswer | null {
  switch (given.action) {
    case "reject":
      return { kind: "reject", status: given.data.status, reason: given.data.reason ?? "Rejected" };
    case "redirect":
      return { kind: "redirect", contacts: given.data.contact };
    case "proxy":
      return { kind: "proxy", order: given.data };
    case "route": {
      if ("tag" in given.data) return { kind: "tag", tag: given.data.tag };
      const address = parseApplicationAddress(given.data.uri);
      return address === null ? null : { kind: "connect", address };
    }
  }
}
