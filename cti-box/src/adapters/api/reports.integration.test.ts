/** The report on minutes kept on-net, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { costReportSchema, ratingReportSchema, transferReportSchema } from "../../../contracts/index.ts";
import type { TransferId } from "../../domain/call/ids.ts";
import { anna } from "../../../testing/office-scene.ts";
import { ApiScene, serviceSecret } from "../../../testing/api-scene.ts";

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
  const { office } = scene;
  office.signIn(anna);
  const caller = await office.call();
  await office.answer("anna");
  await office.box.commands.requestTransfer(office.lastCallId(), anna, {
    transferId: "01KAQZ000000000000000000X1" as TransferId,
    target: { kind: "office", officeId: "x_test2" },
    ticketId: null,
    reason: "competence",
    message: "",
  });
  await office.settle();
  await office.answer("192.0.2.2");
  office.clock.move(61_000);
  office.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await office.settle();
});
afterAll(() => scene.close());

describe("the report", () => {
  it("tells the minutes of a transfer to another office, and what they would have cost", async () => {
    const answer = await scene.ask("GET", "/api/reports/on-net", { token: serviceSecret });
    // Two begun minutes at 0.06, and 0.10 for the call.
    expect(costReportSchema.parse(answer.json)).toEqual({
      officeId: "x_test1",
      from: null,
      to: null,
      currency: "EUR",
      onNet: { calls: 1, minutes: 1.02, wouldHaveCost: 0.22 },
      toOffices: [{ officeId: "x_test2", calls: 1, minutes: 1.02, wouldHaveCost: 0.22 }],
      fromOffices: { calls: 0, minutes: 0 },
      pstnIn: { calls: 1, minutes: 1.02 },
      pstnOut: { calls: 0, minutes: 0, cost: 0 },
      paidTransfers: 0,
    });
  });

  it("is of the span that was asked for", async () => {
    const answer = await scene.ask("GET", "/api/reports/on-net?to=2023-01-01T00:00:00Z", { token: serviceSecret });
    expect(answer.json).toMatchObject({ to: "2023-01-01T00:00:00.000Z", onNet: { calls: 0 } });
  });

  it("counts the ratings by queue, for the same readers", async () => {
    const { json } = await scene.ask("GET", "/api/reports/ratings?from=2023-01-01T00:00:00Z", { token: serviceSecret });
    expect(ratingReportSchema.parse(json)).toEqual({
      officeId: "x_test1",
      from: "2023-01-01T00:00:00.000Z",
      to: null,
      queues: [],
    });
    const { token } = await scene.signIn("anna");
    expect((await scene.ask("GET", "/api/reports/ratings", { token })).status).toBe(403);
  });

  it("tells blind transfers from attended ones, for the same readers", async () => {
    const { json } = await scene.ask("GET", "/api/reports/transfers", { token: serviceSecret });
    expect(transferReportSchema.parse(json)).toEqual({
      officeId: "x_test1",
      from: null,
      to: null,
      blind: { transferred: 1, failed: 0 },
      attended: { transferred: 0, failed: 0 },
    });
    const { token } = await scene.signIn("anna");
    expect((await scene.ask("GET", "/api/reports/transfers", { token })).status).toBe(403);
  });

  it("names no operator, and is not for every operator", async () => {
    const { token } = await scene.signIn("anna");
    expect((await scene.ask("GET", "/api/reports/on-net", { token })).status).toBe(403);
    expect((await scene.ask("GET", "/api/reports/on-net")).status).toBe(401);
    const { text } = await scene.ask("GET", "/api/reports/on-net", { token: serviceSecret });
    expect(text).not.toMatch(/anna|bruno/);
  });

  it("refuses a span that it does not understand, with a pointer", async () => {
    const answer = await scene.ask("GET", "/api/reports/on-net?from=monday", { token: serviceSecret });
    expect([answer.status, answer.json]).toMatchObject([422, { problems: [{ pointer: "/from" }] }]);
  });
});
