/** Options of the measurements, checked with the engine's others. */

export type MetricsOptions = {
  /** Where `/metrics` (and `/trace`, for whoever has a secret of the control port) is read over HTTP; best on loopback. Port 0 asks for a free one. */
  host: string;
  port: number;
};

/** What is wrong with them, in words for people. */
export function problemsOfMetrics(options: MetricsOptions | undefined): string[] {
  if (options === undefined) return [];
  const { host, port } = options;
  const isUsable = host !== "" && Number.isInteger(port) && port >= 0 && port <= 65_535;
  return isUsable ? [] : [`metrics: ${host}:${port} is not an address with a port between 0 and 65535`];
}
