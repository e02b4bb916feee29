/** One HTTP request to the own origin: bounded in time, answers parsed by a schema, failures as values. */
import { problemSchema } from "@la2-cti/cti-box/contracts";
import type { z } from "zod";
import type { Outcome } from "../../application/ports.ts";

const requestTimeoutMs = 8_000;

export type RequestOptions<T> = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  token: string | null;
  body?: unknown;
  /** Shape of the answer; null when only the success counts. */
  schema: z.ZodType<T> | null;
  signal?: AbortSignal;
};

/** `refused` carries the last part of the problem's `type` (RFC 9457), for example `no-on-net-route`. */
export async function request<T>(options: RequestOptions<T>): Promise<Outcome<T>> {
  let response: Response;
  try {
    response = await fetch(options.path, toInit(options));
  } catch {
    return { ok: false, why: "away", detail: null };
  }
  if (!response.ok) return failureOf(response);
  if (options.schema === null) return { ok: true, value: null as T };
  const parsed = options.schema.safeParse(await response.json().catch(() => null));
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, why: "away", detail: "unreadable-answer" };
}

function toInit<T>(options: RequestOptions<T>): RequestInit {
  const deadline = AbortSignal.timeout(requestTimeoutMs);
  const hasBody = options.body !== undefined;
  return {
    method: options.method,
    headers: {
      accept: "application/json, application/problem+json",
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...(options.token === null ? {} : { authorization: `Bearer ${options.token}` }),
    },
    body: hasBody ? JSON.stringify(options.body) : null,
    signal: options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]),
    cache: "no-store",
  };
}

async function failureOf(response: Response): Promise<Outcome<never>> {
  if (response.status === 401) return { ok: false, why: "expired", detail: "401" };
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  const slug = problem.success ? (problem.data.type.split("/").at(-1) ?? null) : null;
  if (response.status >= 500) return { ok: false, why: "away", detail: slug };
  return { ok: false, why: "refused", detail: slug ?? String(response.status) };
}
