/** Whether the tests against a real Request Tracker can run on this machine. */
import { requestTrackerMissing } from "./request-tracker-process.ts";

/** In CI a missing RT is a failure; elsewhere it is said, and the tests count as skipped. Throws in CI. */
export function requestTrackerHere(): boolean {
  const missing = requestTrackerMissing();
  if (missing === null) return true;
  if (process.env["CI"] === "true") throw new Error(missing);
  console.log(`NOT RUN: ${missing}`);
  return false;
}
