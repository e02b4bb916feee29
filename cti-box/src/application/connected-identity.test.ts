/** How parties are shown to phones and other offices: everybody can be called back where the phone shows them. */
import { expect, test } from "vitest";
import { officeSettings } from "../../testing/office-scene.ts";
import { connectedIdentity } from "./connected-identity.ts";
import { officeFrom } from "./office-settings.ts";
import type { Caller, Party } from "../domain/call/call-view.ts";
import type { OperatorId } from "../domain/call/ids.ts";

const office = officeFrom(officeSettings());
const caller = (change: Partial<Caller>): Caller => ({ number: null, displayName: null, isWithheld: false, ...change });
const person = (change: Partial<Caller>, officeId?: string): Party => ({
  kind: "person",
  caller: caller(change),
  ...(officeId !== undefined && { officeId }),
});

test.each<[string, Party, { user: string | null; displayName: string | null }]>([
  ["a colleague", { kind: "operator", operatorId: "anna" as OperatorId }, { user: "201", displayName: "anna" }],
  ["this office", { kind: "office", officeId: "x_test1" }, { user: "x_test1", displayName: "Comune Uno" }],
  ["another office", { kind: "office", officeId: "x_test2" }, { user: "x_test2", displayName: "Comune Due" }],
  ["a citizen", person({ number: "+390655501234" }), { user: "+390655501234", displayName: null }],
  [
    "a citizen at another office",
    person({ number: "+390655501234" }, "x_test2"),
    { user: "+390655501234", displayName: null },
  ],
  [
    "whoever another office names",
    person({ displayName: "Comune Tre" }, "x_test2"),
    { user: "x_test2", displayName: "Comune Tre" },
  ],
  ["a withheld number there", person({ isWithheld: true }, "x_test2"), { user: null, displayName: null }],
])("%s", (_who, party, shown) => {
  expect(connectedIdentity(office, [party])).toMatchObject(shown);
});
