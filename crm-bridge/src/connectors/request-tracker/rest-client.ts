/**
 * HTTP to RT's REST 2.0, one request at a time: bounded in time and size, checked by schema, every outcome a value. It repeats nothing (that is the
 * outbox's work), follows no redirect (the token would go along), and what it says about a failure holds neither secrets nor telephone numbers.
 */
import { z } from "zod";

export type RestFailureKind =
  /** 401: wrong or revoked token. */
  | "unauthorised"
  /** 403: the account lacks a right. */
  | "forbidden"
  | "not-found"
  /** 429. */
  | "rate-limited"
  /** Other 4xx: RT will not take this, however often. */
  | "refused"
  /** No answer in time, no connection, 5xx. */
  | "down"
  /** An answer that is not RT's: not JSON, another shape, too long. */
  | "not-understood";
export type RestResult<T> = { ok: true; value: T } | { ok: false; kind: RestFailureKind; detail: string };

export type RestOrder<T> = {
  method: "GET" | "POST" | "PUT";
  /** Below `/REST/2.0`. Telephone numbers never stand in it: it is written into access logs. */
  path: string;
  schema: z.ZodType<T>;
  body?: { json: unknown } | { form: Record<string, string> };
};
export type RestClient = <T>(order: RestOrder<T>) => Promise<RestResult<T>>;

export type RestClientOptions = {
  url: string;
  /** Value of the Authorization header. */
  authorization: string;
  timeoutMs: number;
};

const largestAnswerBytes = 1_048_576;
const longestDetail = 200;

export function createRestClient(options: RestClientOptions): RestClient {
  const base = `${options.url.replace(/\/+$/, "")}/REST/2.0`;
  return async (order) => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    let answer: { status: number; text: string | null };
    try {
      const response = await fetch(base + order.path, {
        method: order.method,
        headers: {
          authorization: options.authorization,
          accept: "application/json",
          "user-agent": "LA2-CTI",
          ...contentType(order.body),
        },
        ...(order.body && { body: textOf(order.body) }),
        redirect: "manual",
        signal,
      });
      answer = { status: response.status, text: await boundedText(response) };
    } catch (error) {
      const why = signal.aborted ? `no answer within ${options.timeoutMs / 1_000} s` : causeOf(error);
      return { ok: false, kind: "down", detail: why };
    }
    return read(order, answer);
  };
}

function read<T>(order: RestOrder<T>, { status, text }: { status: number; text: string | null }): RestResult<T> {
  const where = `${order.method} ${order.path.split("?")[0]}`;
  const isOk = status >= 200 && status < 300;
  if (text === null)
    return { ok: false, kind: isOk ? "not-understood" : kindOf(status), detail: `${where}: answer too long` };
  const content = jsonOf(text);
  if (!isOk) {
    const message = z.object({ message: z.string() }).safeParse(content).data?.message ?? "";
    return { ok: false, kind: kindOf(status), detail: `${where}: status ${status} ${presentable(message)}`.trimEnd() };
  }
  const parsed = order.schema.safeParse(content);
  if (parsed.success) return { ok: true, value: parsed.data };
  const fault = parsed.error.issues[0];
  const what = content === undefined ? "not JSON" : `${fault?.path.join(".") || "(whole)"}: ${fault?.message ?? ""}`;
  return { ok: false, kind: "not-understood", detail: `${where}: the answer is not RT's (${presentable(what)})` };
}

function kindOf(status: number): RestFailureKind {
  if (status === 401) return "unauthorised";
  if (status === 403) return "forbidden";
  if (status === 404) return "not-found";
  if (status === 429) return "rate-limited";
  if (status === 408 || status >= 500) return "down";
  // RT sends browsers to its sign-in page; for a program, a redirect is an address that is not REST 2.0.
  if (status < 400) return "not-understood";
  return "refused";
}

/** Null when it is longer than any answer that is asked for. */
async function boundedText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > largestAnswerBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function contentType(body: RestOrder<unknown>["body"]): Record<string, string> {
  if (body === undefined) return {};
  return { "content-type": "json" in body ? "application/json" : "application/x-www-form-urlencoded" };
}

function textOf(body: NonNullable<RestOrder<unknown>["body"]>): string {
  return "json" in body ? JSON.stringify(body.json) : new URLSearchParams(body.form).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RT repeats queries in its messages, and with them numbers. */
function presentable(message: string): string {
  return message
    .replaceAll(/\d[\d%\s.-]{4,}\d/g, "…")
    .replaceAll(/\s+/g, " ")
    .slice(0, longestDetail);
}

function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? `no connection (${cause.code})` : "no connection";
}
