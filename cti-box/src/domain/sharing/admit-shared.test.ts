import { expect, test } from "vitest";
import { admitShared } from "./admit-shared.ts";
import type { SharingDeclaration } from "./declaration.ts";

const declared: SharingDeclaration = { officeId: "b", capacity: 2, topics: ["casa"], languages: ["it"], hours: null };
const closed = { timeZone: "Europe/Rome", weekly: {}, holidays: "none", patronDay: null, closures: [] } as const;
const now = { taken: 0, isHere: false, topic: "casa", atMs: 0 };

test.each<[string, SharingDeclaration | null, Partial<typeof now>, number | null]>([
  ["within what was declared", declared, {}, null],
  ["one place left", declared, { taken: 1 }, null],
  ["capacity used up", declared, { taken: 2 }, 486],
  ["the contact is here already", declared, { isHere: true }, 482],
  ["nothing was declared", null, {}, 403],
  ["another subject", declared, { topic: "tasse" }, 480],
  ["all subjects", { ...declared, topics: [] }, { topic: "tasse" }, null],
  ["closed", { ...declared, hours: closed }, {}, 480],
])("%s", (...[, declaration, change, status]) => {
  const admission = admitShared(declaration, { ...now, ...change });
  expect(admission.kind === "refused" ? admission.status : null).toBe(status);
});
