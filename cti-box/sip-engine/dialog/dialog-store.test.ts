import { expect, it } from "vitest";
import type { Dialog } from "./dialog.ts";
import { DialogStore } from "./dialog-store.ts";
import { SubscriptionExpiry } from "./subscription-expiry.ts";

/** What the store looks at. */
function subscribed(localTag: string, expired: () => void): Dialog {
  const subscription = new SubscriptionExpiry({ secondMs: 1, graceMs: 0 }, expired);
  subscription.grant(5);
  return { id: "c;from-tag=1", callId: "c", localTag, remoteTag: "1", owner: "a", subscription } as unknown as Dialog;
}

it("a dialog that begins anew under the same name ends the earlier one, and its timer", async () => {
  const expired: string[] = [];
  const store = new DialogStore();
  store.add(subscribed("first", () => expired.push("first")));
  const { promise: over, resolve } = Promise.withResolvers<void>();
  store.add(
    subscribed("second", () => {
      expired.push("second");
      resolve();
    }),
  );
  expect(store.count()).toEqual({ early: 0, confirmed: 1 });
  expect(store.match("c", "first", "1")).toBeUndefined();
  expect(store.match("c", "second", "1")).toBeDefined();
  await over;
  expect(expired).toEqual(["second"]);
});
