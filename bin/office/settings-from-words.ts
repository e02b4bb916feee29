/** Settings of a trunk from words of the command line: `priority=2 outbound.uri=sip:carrier.example addresses=192.0.2.1,192.0.2.2 capacity=`. */

/** Keys whose values are no texts. A telephone number is one: +39… and 06… would lose their signs and zeros as numbers. */
const numeric = new Set([
  "capacity",
  "priority",
  "weight",
  "sessionTimer.seconds",
  "outbound.failoverSeconds",
  "outbound.probeSeconds",
  "outbound.limits.perMinute",
  "outbound.limits.perDay",
  "outbound.limits.costlyPerDay",
  "outbound.limits.spendPerDay",
  "account.expiresSeconds",
]);
const lists = new Set(["addresses", "numbers", "codecs", "outbound.prefixes"]);
const truths = new Set(["outbound.callerId.withheld", "realTimeText"]);
const secrets = new Set(["account.password"]);

type Settings = { [key: string]: unknown };

/** An empty value takes the field out. `secret` is asked where a password is `-`. Throws for a word without `=`. */
export async function settingsFromWords(words: readonly string[], secret: () => Promise<string>): Promise<Settings> {
  const settings: Settings = {};
  for (const word of words) {
    const [, key, value] = /^([A-Za-z.]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined || value === undefined)
      throw new Error(`${word}: is not of the form key=value, such as priority=2 or outbound.limits.perDay=300`);
    put(settings, key.split("."), secrets.has(key) && value === "-" ? await secret() : valueOf(key, value));
  }
  return settings;
}

function valueOf(key: string, value: string): unknown {
  if (value === "") return null;
  if (lists.has(key)) return value.split(",").map((each) => each.trim());
  if (truths.has(key))
    return value === "true" || value === "yes" ? true : value === "false" || value === "no" ? false : value;
  return numeric.has(key) && Number.isFinite(Number(value)) ? Number(value) : value;
}

function put(settings: Settings, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) settings[key] = value;
  else {
    const inside = (settings[key] ?? {}) as Settings;
    settings[key] = inside;
    put(inside, rest, value);
  }
}
