/** Who may see the SIP messages of a call, and what an answer looks like. */
import { afterEach, expect, it } from "vitest";
import { sipTraceSchema } from "../../../contracts/index.ts";
import { ApiScene, serviceSecret } from "../../../testing/api-scene.ts";
import type { TraceFindings, TraceQuestion } from "../../application/use-cases.ts";
import type { CallId } from "../../domain/call/ids.ts";

let scene: ApiScene | null = null;

afterEach(async () => {
  await scene?.close();
  scene = null;
});

const call = {
  callId: "01K9Z3V4X0PA7GR0VND1CASE01" as CallId,
  startedAtMs: 1_764_111_600_000,
  legs: [
    {
      sipCallId: "a@x",
      peer: { name: "Carrier", kind: "server" as const },
      leftOut: 0,
      messages: [
        { atUs: 1, direction: "sent" as const, protocol: "udp", local: "a:1", remote: "b:2", text: "SIP/2.0 200 OK" },
      ],
    },
  ],
};

it("programs of the office may see it, operators and supervisors may not, strangers have to sign in", async () => {
  const asked: TraceQuestion[] = [];
  const found: TraceFindings = { state: "on", calls: [call] };
  scene = await ApiScene.open({}, (question) => {
    asked.push(question);
    return found;
  });
  const path = "/api/sip-trace?call=01K9";
  for (const login of ["anna", "bruno"])
    expect((await scene.ask("GET", path, { token: (await scene.signIn(login)).token })).status).toBe(403);
  expect((await scene.ask("GET", path)).status).toBe(401);
  expect(asked).toEqual([]);
  const answer = await scene.ask("GET", path, { token: serviceSecret });
  expect(answer.status).toBe(200);
  expect(sipTraceSchema.parse(answer.json).items).toMatchObject([
    { startedAt: "2025-11-25T23:00:00.000Z", legs: call.legs },
  ]);
  await scene.ask("GET", "/api/sip-trace?numbers=shown", { token: serviceSecret });
  expect(asked).toEqual([
    { call: "01K9", numbers: "masked" },
    { call: null, numbers: "shown" },
  ]);
  expect((await scene.ask("GET", "/api/sip-trace?numbers=all", { token: serviceSecret })).status).toBe(422);
});

it("where nothing is kept the answer says why", async () => {
  scene = await ApiScene.open();
  const off = await scene.ask("GET", "/api/sip-trace", { token: serviceSecret });
  expect(off).toMatchObject({ status: 409, json: { type: "/problems/tracing-off" } });
  await scene.close();
  scene = await ApiScene.open({}, () => ({ state: "on", calls: [] }));
  const none = await scene.ask("GET", "/api/sip-trace?call=x", { token: serviceSecret });
  expect(none).toMatchObject({ status: 404, json: { type: "/problems/no-trace" } });
});
