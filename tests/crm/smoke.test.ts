import { expect, test } from "vitest";
import { startRequestTracker } from "./request-tracker-process.ts";
test("up", async () => {
  const rt = await startRequestTracker();
  console.log(rt.tookMs, rt.token);
  console.log(await rt.asAdministrator("GET", "/rt"));
  await rt.close();
  expect(1).toBe(1);
});
