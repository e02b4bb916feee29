/** Changes of a trunk's settings: a JSON merge patch (RFC 7396), and what a change looks like for people who read about it later. */

export type Settings = { readonly [key: string]: unknown };

/** `from`, `to` null: the field was or is not there. */
export type FieldChange = { field: string; from: string | null; to: string | null };

/** Fields whose values nobody reads. */
const secretFields = new Set(["account.password"]);
const hidden = "***";

/** `null` takes a field out; objects are merged, everything else is replaced. */
export function mergePatch(settings: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map<string, unknown>(isObject(settings) ? Object.entries(settings) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Every field that differs, secrets hidden: that a password changed is told, from what to what is not. */
export function fieldChanges(before: Settings | null, after: Settings | null): FieldChange[] {
  const old = fieldsOf(before);
  const fresh = fieldsOf(after);
  return [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((field) => {
    const [from = null, to = null] = [old.get(field), fresh.get(field)];
    if (from === to) return [];
    const shown = (text: string | null): string | null => (text !== null && secretFields.has(field) ? hidden : text);
    return [{ field, from: shown(from), to: shown(to) }];
  });
}

/** The settings as they may be shown. */
export function withoutSecrets(settings: Settings): Settings {
  return mergePatch(settings, settings["account"] === undefined ? {} : { account: { password: null } }) as Settings;
}

function fieldsOf(settings: Settings | null, prefix = ""): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [key, value] of Object.entries(settings ?? {})) {
    if (value === undefined) continue;
    const inside = isObject(value)
      ? fieldsOf(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, textOf(value)] as const];
    for (const [field, text] of inside) fields.set(field, text);
  }
  return fields;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
