/** The words of those who watch, on the command line. */
import type { CaptureOptions } from "../capture/capture-options.ts";
import { InvalidEngineOptions } from "../engine-options.ts";
import type { MetricsOptions } from "../metrics/metrics-options.ts";
import type { WatchOptions } from "./watch-options.ts";

export const watchFlags = {
  metrics: { type: "string" },
  capture: { type: "string" },
  "capture-id": { type: "string" },
  "capture-key": { type: "string" },
  "capture-node": { type: "string" },
  "capture-secrets": { type: "boolean" },
  trace: { type: "boolean" },
  "trace-size": { type: "string" },
} as const;

export const watchHelp = `  --metrics HOST:PORT  measurements for Prometheus at http://HOST:PORT/metrics; with --trace also /trace, for who has a secret
  --capture [tcp:]HOST:PORT
                       copies of all messages to this capture server (HEP3, Homer); secrets are masked but with --capture-secrets
  --capture-id NUMBER, --capture-key KEY, --capture-node NAME
                       who we are to the capture server, and what it asks for
  --trace              keeps the last messages in memory, so that a call can be shown (la2 ladder)
  --trace-size MB      how much memory (default 32)
`;

type Switch = "capture-secrets" | "trace";
type Values = Partial<Record<Exclude<keyof typeof watchFlags, Switch>, string> & Record<Switch, boolean>>;

/** Throws {@link InvalidEngineOptions} with all that cannot be read. */
export function watchOptionsFrom(values: Values): WatchOptions {
  const problems: string[] = [];
  const capture = captureFrom(values, problems);
  const metrics = metricsFrom(values.metrics, problems);
  const { trace = false, "trace-size": megabytes } = values;
  if (megabytes !== undefined && !trace) problems.push("trace-size: is of no use without trace");
  if (problems.length > 0) throw new InvalidEngineOptions(problems);
  return {
    ...(metrics !== undefined && { metrics }),
    ...(capture !== undefined && { capture }),
    ...(trace && { trace: megabytes === undefined ? {} : { megabytes: Number(megabytes) } }),
  };
}

function metricsFrom(text: string | undefined, problems: string[]): MetricsOptions | undefined {
  if (text === undefined) return undefined;
  const [, wide, host, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  if (port !== undefined) return { host: wide ?? host ?? "", port: Number(port) };
  problems.push(`metrics: ${text} is not of the form HOST:PORT`);
  return undefined;
}

function captureFrom(values: Values, problems: string[]): CaptureOptions | undefined {
  const { capture: text, "capture-key": authKey, "capture-node": nodeName, "capture-id": captureId } = values;
  if (text === undefined) {
    for (const name of ["capture-id", "capture-key", "capture-node", "capture-secrets"] as const)
      if (values[name] !== undefined) problems.push(`${name}: is of no use without capture`);
    return undefined;
  }
  const [, tcp, wide, host, port] = /^(tcp:|udp:)?(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/i.exec(text) ?? [];
  if (port === undefined) {
    problems.push(`capture: ${text} is not of the form HOST:PORT or tcp:HOST:PORT`);
    return undefined;
  }
  return {
    host: wide ?? host ?? "",
    port: Number(port),
    transport: tcp?.toLowerCase() === "tcp:" ? "tcp" : "udp",
    ...(captureId !== undefined && { captureId: Number(captureId) }),
    ...(authKey !== undefined && { authKey }),
    ...(nodeName !== undefined && { nodeName }),
    secrets: values["capture-secrets"] === true ? "sent" : "masked",
  };
}
