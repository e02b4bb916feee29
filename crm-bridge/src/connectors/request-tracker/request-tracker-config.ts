/** How an office connects its Request Tracker 5: `connector: { kind: "request-tracker", … }` in the bridge's configuration (docs/crm-connectors.md). */
import { z } from "zod";

/** Names stand inside RT's query language: what could end a quoted text or a `CF.{…}` is refused here, once. */
const rtName = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^'"\\{}\p{Cc}]+$/u, "may not hold quotes, braces, backslashes or control characters");

const rtAddress = z.url({ protocol: /^https?$/, error: "is not an http:// or https:// address" }).refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null || (url.username === "" && url.search === "" && url.hash === "");
}, "may hold neither a password nor a query");

/** Either a token (RT: Logged in as, Settings, Auth Tokens) or user and password. */
const auth = z
  .strictObject({
    token: z
      .string()
      .regex(/^[0-9]+-[0-9]+-[0-9a-f]{32}$/i, "is not a token of Request Tracker, such as 1-14-…")
      .optional(),
    user: z
      .string()
      .min(1)
      .regex(/^[^:]+$/, "may not hold a colon")
      .optional(),
    password: z.string().min(1).optional(),
  })
  .check(({ value, issues }) => {
    const hasToken = value.token !== undefined;
    const hasAccount = value.user !== undefined && value.password !== undefined;
    const hasSome = value.user !== undefined || value.password !== undefined;
    if (hasToken ? hasSome : !hasAccount)
      issues.push({ code: "custom", input: undefined, message: "needs either token, or user and password" });
  });

export const requestTrackerConfigSchema = z.strictObject({
  kind: z.literal("request-tracker"),
  /** Base address of RT, with its path when it has one (`https://rt.example.it/rt`). */
  url: rtAddress,
  /** Address that operators' browsers open, when it differs. */
  publicUrl: rtAddress.optional(),
  /** Queue of the tickets that come from calls. */
  queue: rtName.default("General"),
  auth,
  /** Custom field of tickets that holds the caller's number; without it only the phone numbers of requestors are searched. */
  phoneField: rtName.optional(),
  /** Names in the queue's lifecycle: nobody has taken it, somebody works on it, it is answered. */
  statuses: z
    .strictObject({ waiting: rtName.default("new"), taken: rtName.default("open"), closed: rtName.default("resolved") })
    .prefault({}),
  /** Country of numbers that people wrote without prefix (ISO 3166). */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "is not a country such as IT")
    .default("IT"),
  /** For each request to RT. */
  timeoutSeconds: z.int().min(1).max(60).default(8),
});

export type RequestTrackerConfig = z.infer<typeof requestTrackerConfigSchema>;
