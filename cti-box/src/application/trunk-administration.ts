/**
 * Trunks changed while the box runs. What is changed here holds over the configuration file until it is reset, also after a restart; what was changed,
 * when and by whom is kept. Each command is done in one go, without a wait: settings are checked, written down, and only then applied.
 */
import { fieldChanges, mergePatch, withoutSecrets } from "../domain/trunk/change-settings.ts";
import type { Settings } from "../domain/trunk/change-settings.ts";
import type { TrunkSettings } from "./office-settings.ts";
import type { OfficeTrunks } from "./office-trunks.ts";
import type { Clock, Log } from "./ports.ts";
import type { TrunkChange, TrunkChanges, TrunkChangesStore, TrunkRules } from "./trunk-ports.ts";
import type { TrunkAdministrationCommands, TrunkChangeResult, TrunkOrigin } from "./use-cases.ts";

export type TrunkAdministrationParts = {
  /** As the configuration file has them. */
  fileTrunks: readonly TrunkSettings[];
  store: TrunkChangesStore;
  rules: TrunkRules;
  trunks: Pick<OfficeTrunks, "settings" | "apply">;
  clock: Pick<Clock, "now">;
  log: Log;
};

/** Changes that can be read about later. */
const keptHistory = 500;

export class TrunkAdministration implements TrunkAdministrationCommands {
  private readonly parts: TrunkAdministrationParts;
  private changes: TrunkChanges;

  constructor(parts: TrunkAdministrationParts) {
    this.parts = parts;
    this.changes = parts.store.read();
  }

  /** Without secrets. */
  settingsOf(trunkId: string): Settings | null {
    const trunk = this.find(trunkId);
    return trunk === null ? null : withoutSecrets(trunk);
  }

  originOf(trunkId: string): TrunkOrigin {
    if (this.changes.trunks[trunkId] === undefined) return "file";
    return this.inFile(trunkId) === null ? "added" : "changed";
  }

  history(): readonly TrunkChange[] {
    return this.changes.history.toReversed();
  }

  add(given: { readonly trunkId: string }, by: string): TrunkChangeResult {
    if (this.find(given.trunkId) !== null) return { ok: false, reason: "trunk-exists" };
    const read = this.read(given, null);
    return read.ok ? this.keep("added", read.trunk, by) : read;
  }

  replace(trunkId: string, given: object, by: string): TrunkChangeResult {
    const read = this.read({ ...given, trunkId }, trunkId);
    if (!read.ok) return read;
    return this.keep(this.find(trunkId) === null ? "added" : "changed", read.trunk, by);
  }

  change(trunkId: string, patch: object, by: string): TrunkChangeResult {
    const current = this.find(trunkId);
    if (current === null) return { ok: false, reason: "unknown-trunk" };
    const read = this.read({ ...(mergePatch(current, patch) as object), trunkId }, trunkId);
    return read.ok ? this.keep("changed", read.trunk, by) : read;
  }

  remove(trunkId: string, by: string): TrunkChangeResult {
    if (this.find(trunkId) === null) return { ok: false, reason: "unknown-trunk" };
    // A trunk that the file does not have needs no note that it is gone.
    const { [trunkId]: _gone, ...others } = this.changes.trunks;
    const trunks = this.inFile(trunkId) === null ? others : { ...others, [trunkId]: null };
    return this.commit("removed", { trunkId, trunks, after: null, by });
  }

  /** The file holds again for this trunk. */
  reset(trunkId: string, by: string): TrunkChangeResult {
    const { [trunkId]: changed, ...trunks } = this.changes.trunks;
    if (changed === undefined) return { ok: false, reason: "unknown-trunk" };
    return this.commit("reset", { trunkId, trunks, after: this.inFile(trunkId), by });
  }

  private keep(what: TrunkChange["what"], trunk: TrunkSettings, by: string): TrunkChangeResult {
    const { trunkId } = trunk;
    return this.commit(what, { trunkId, trunks: { ...this.changes.trunks, [trunkId]: trunk }, after: trunk, by });
  }

  private commit(
    what: TrunkChange["what"],
    change: { trunkId: string; trunks: TrunkChanges["trunks"]; after: TrunkSettings | null; by: string },
  ): TrunkChangeResult {
    const { trunkId, trunks, after, by } = change;
    const { clock, log, store } = this.parts;
    const fields = fieldChanges(this.find(trunkId), after);
    const entry: TrunkChange = { atMs: clock.now(), by, what, trunkId, fields };
    const next = { trunks, history: [...this.changes.history, entry].slice(-keptHistory) };
    store.write(next);
    this.changes = next;
    log.info({ trunkId, what, by, fields: fields.map(({ field }) => field) }, "a trunk was changed while the box runs");
    this.parts.trunks.apply(this.applied(trunkId, after));
    return { ok: true, settings: after === null ? null : withoutSecrets(after) };
  }

  /** In its place; a new one comes last. */
  private applied(trunkId: string, after: TrunkSettings | null): TrunkSettings[] {
    const current = this.parts.trunks.settings();
    const isKnown = current.some((trunk) => trunk.trunkId === trunkId);
    const replaced = current.flatMap((trunk) => (trunk.trunkId === trunkId ? (after ?? []) : trunk));
    return isKnown || after === null ? replaced : [...replaced, after];
  }

  private read(given: unknown, trunkId: string | null): ReturnType<TrunkRules["read"]> {
    return this.parts.rules.read(
      given,
      this.parts.trunks.settings().filter((trunk) => trunk.trunkId !== trunkId),
    );
  }

  private find(trunkId: string): TrunkSettings | null {
    return this.parts.trunks.settings().find((trunk) => trunk.trunkId === trunkId) ?? null;
  }

  private inFile(trunkId: string): TrunkSettings | null {
    return this.parts.fileTrunks.find((trunk) => trunk.trunkId === trunkId) ?? null;
  }
}

/** The trunks that hold when the box starts: the file's, with what was changed since. What does not fit the office any more is left out and told. */
export function trunksInForce(
  fileTrunks: readonly TrunkSettings[],
  { store, rules, log }: Pick<TrunkAdministrationParts, "store" | "rules" | "log">,
): TrunkSettings[] {
  const changed = store.read().trunks;
  const inForce = fileTrunks.filter(({ trunkId }) => changed[trunkId] === undefined);
  for (const [trunkId, settings] of Object.entries(changed)) {
    if (settings === null) continue;
    const read = rules.read(settings, inForce);
    if (read.ok) inForce.push(read.trunk);
    else
      log.error(
        { trunkId, problems: read.problems },
        "a trunk that was changed while the box ran does not fit any more and is left out",
      );
  }
  return inForce;
}
