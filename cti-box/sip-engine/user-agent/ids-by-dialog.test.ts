import { describe, expect, it } from "vitest";
import { IdsByDialog } from "./ids-by-dialog.ts";

describe("ids by dialog", () => {
  it("keeps the ids of a dialog apart from those of another, each once", () => {
    const ids = new IdsByDialog();
    ids.add("a", "1");
    ids.add("a", "2");
    ids.add("a", "2");
    ids.add("b", "3");
    expect(ids.of("a")).toEqual(["1", "2"]);
    expect(ids.of("b")).toEqual(["3"]);
  });

  it("holds nothing of what was removed, and removing what is not there is harmless", () => {
    const ids = new IdsByDialog();
    ids.add("a", "1");
    ids.remove("a", "2");
    ids.remove("b", "1");
    expect(ids.of("a")).toEqual(["1"]);
    ids.remove("a", "1");
    expect(ids.of("a")).toEqual([]);
  });

  it("a list that is walked does not change under the walker", () => {
    const ids = new IdsByDialog();
    ids.add("a", "1");
    ids.add("a", "2");
    const seen: string[] = [];
    for (const id of ids.of("a")) {
      ids.remove("a", id);
      seen.push(id);
    }
    expect(seen).toEqual(["1", "2"]);
  });
});
