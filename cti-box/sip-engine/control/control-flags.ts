/** The control port's words on the command line. */
import { InvalidEngineOptions, type SipEngineOptions } from "../engine-options.ts";
import type { ControlOptions } from "./control-options.ts";

export const controlFlags = {
  "admin-tls": { type: "string" },
  "admin-tls-cert": { type: "string" },
  "admin-tls-key": { type: "string" },
  "admin-tls-client-ca": { type: "string" },
  handler: { type: "string", multiple: true },
  "handler-post": { type: "boolean" },
  "handler-ca": { type: "string" },
  absence: { type: "string" },
} as const;

type Values = Partial<Record<Exclude<keyof typeof controlFlags, "handler" | "handler-post">, string>> & {
  handler?: string[];
  "handler-post"?: boolean;
};

/** Throws {@link InvalidEngineOptions} with all that cannot be read. */
export function controlOptionsFrom(admin: string, values: Values): Pick<SipEngineOptions, "admin" | "control"> {
  const problems: string[] = [];
  const plain = admin === "closed" ? "closed" : "open";
  const place = plain === "closed" ? { host: "127.0.0.1", port: 0 } : placeOf(admin);
  if (place === null) problems.push(`admin: ${admin} is not of the form HOST:PORT`);
  const handlers = (values.handler ?? []).map((text) => {
    const equals = text.indexOf("=");
    if (equals < 1) problems.push(`handler: ${text} is not of the form METHOD=URL`);
    const how = values["handler-post"] === true ? "POST" : "GET";
    return { method: text.slice(0, equals).toLowerCase(), url: text.slice(equals + 1), how } as const;
  });
  const tls = tlsFrom(values, problems);
  if (problems.length > 0 || place === null) throw new InvalidEngineOptions(problems);
  const control: ControlOptions = {
    plain,
    handlers,
    ...(tls !== undefined && { tls }),
    ...(values["handler-ca"] !== undefined && { handlerCaFile: values["handler-ca"] }),
    ...(values.absence !== undefined && { absenceMs: Number(values.absence) * 1_000 }),
  };
  return { admin: place, control };
}

function tlsFrom(values: Values, problems: string[]): ControlOptions["tls"] {
  const text = values["admin-tls"];
  if (text === undefined) return undefined;
  const place = placeOf(text);
  const [certFile, keyFile, clientCaFile] = [
    values["admin-tls-cert"],
    values["admin-tls-key"],
    values["admin-tls-client-ca"],
  ];
  if (place === null) problems.push(`admin-tls: ${text} is not of the form HOST:PORT`);
  if (certFile === undefined) problems.push("admin-tls-cert: is needed with admin-tls");
  if (keyFile === undefined) problems.push("admin-tls-key: is needed with admin-tls");
  if (place === null || certFile === undefined || keyFile === undefined) return undefined;
  return { ...place, certFile, keyFile, ...(clientCaFile !== undefined && { clientCaFile }) };
}

function placeOf(text: string): { host: string; port: number } | null {
  const found = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text);
  return found === null ? null : { host: (found[1] ?? "").replace(/^\[|\]$/g, ""), port: Number(found[2]) };
}
