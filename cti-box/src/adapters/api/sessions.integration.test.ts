/** Who may do what: signing in and out, one-time codes, guessing, expiry, and the two kinds of callers of the API. */
import { createLocalJWKSet, jwtVerify, SignJWT, generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accessTokenClaimsSchema, problemSchema, sessionSchema } from "../../../contracts/index.ts";
import { ApiScene, serviceSecret } from "../../../testing/api-scene.ts";

let scene: ApiScene;
beforeEach(async () => {
  scene = await ApiScene.open();
});
afterEach(() => scene.close());

const current = (token: string) => scene.ask("GET", "/api/sessions/current", { token });
const problemType = (json: unknown): string => problemSchema.parse(json).type;
const codeOf = (link: string | null): string => new URL(link ?? "").hash.replace("#code=", "");

describe("signing in", () => {
  it("gives a session whose token the published keys confirm", async () => {
    const answer = await scene.ask("POST", "/api/sessions", {
      body: { login: "anna", password: "password of anna" },
    });
    expect(answer.status).toBe(201);
    const session = sessionSchema.parse(answer.json);
    expect(session).toMatchObject({ operator: { login: "anna", extension: "201" }, crmBasePath: "/crm" });
    expect(session.sip.authorizationPassword).not.toContain("password of anna");
    const keys = (await scene.ask("GET", "/api/keys")).json as Parameters<typeof createLocalJWKSet>[0];
    expect(JSON.stringify(keys)).not.toContain('"d"');
    const currentDate = new Date(scene.office.clock.now());
    const { payload } = await jwtVerify(session.token, createLocalJWKSet(keys), { currentDate });
    expect(accessTokenClaimsSchema.parse(payload)).toMatchObject({ sub: "anna", officeId: "x_test1" });
    expect((await current(session.token)).json).toEqual(answer.json);
  });

  it.each([
    ["a wrong password", { login: "anna", password: "wrong" }],
    ["an unknown operator", { login: "nobody", password: "password of anna" }],
    ["a code that was never issued", { oneTimeCode: "0123456789abcdef" }],
  ])("refuses %s with the same words, and logs it without the secret", async (_what, body) => {
    const answer = await scene.ask("POST", "/api/sessions", { body, headers: { "accept-language": "en" } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.json).toMatchObject({
      type: "/problems/wrong-credentials",
      title: "Wrong user or password, or the link has expired",
    });
    expect(scene.office.log.messages("warn")).toEqual(["sign-in refused"]);
    expect(JSON.stringify(scene.office.log.lines)).not.toMatch(/wrong"|password of|0123456789abcdef/);
  });

  it("stops a guesser, also when the next guess would be right", async () => {
    const guess = (password: string) => scene.ask("POST", "/api/sessions", { body: { login: "anna", password } });
    for (let count = 0; count < 20; count += 1) expect((await guess(`guess ${count}`)).status).toBe(401);
    const answer = await guess("password of anna");
    expect(answer.status).toBe(429);
    expect(problemType(answer.json)).toBe("/problems/too-many-requests");
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  });

  it("takes over from the operator's earlier session, whose SIP account ends", async () => {
    const first = await scene.signIn("anna");
    const second = await scene.signIn("anna");
    expect((await current(first.token)).status).toBe(401);
    expect((await current(second.token)).status).toBe(200);
    expect(scene.office.sip.done).toContain(`drop-account ${first.sip.authorizationUser}`);
  });
});

describe("a one-time code", () => {
  it("opens one session, once", async () => {
    const oneTimeCode = codeOf(scene.api.oneTimeLink("anna"));
    expect((await scene.ask("POST", "/api/sessions", { body: { oneTimeCode } })).status).toBe(201);
    expect((await scene.ask("POST", "/api/sessions", { body: { oneTimeCode } })).status).toBe(401);
  });

  it("is of no use after ten minutes", async () => {
    const oneTimeCode = codeOf(scene.api.oneTimeLink("anna"));
    scene.office.clock.move(10 * 60_000);
    expect((await scene.ask("POST", "/api/sessions", { body: { oneTimeCode } })).status).toBe(401);
  });

  it("is issued over HTTP to the office's programs only, and for operators only", async () => {
    const { token } = await scene.signIn("bruno");
    const issue = (login: string, bearer?: string) =>
      scene.ask("POST", "/api/one-time-codes", { body: { login }, ...(bearer !== undefined && { token: bearer }) });
    expect((await issue("anna")).status).toBe(401);
    expect((await issue("anna", token)).status).toBe(401);
    expect((await issue("nobody", serviceSecret)).status).toBe(404);
    expect((await issue("anna", serviceSecret)).status).toBe(201);
    expect(scene.api.oneTimeLink("nobody")).toBeNull();
  });
});

describe("a session ends", () => {
  it("when the operator signs out: token, SIP account and page", async () => {
    const session = await scene.signIn("anna");
    const page = await scene.page(session.token);
    expect((await scene.ask("DELETE", "/api/sessions/current", { token: session.token })).status).toBe(204);
    expect((await current(session.token)).status).toBe(401);
    expect(await page.frame((frame) => frame["kind"] === "refused")).toEqual({ kind: "refused", why: "expired" });
    await page.closed;
    expect(scene.office.sip.done).toContain(`drop-account ${session.sip.authorizationUser}`);
    expect((await scene.ask("DELETE", "/api/sessions/current", { token: session.token })).status).toBe(401);
  });

  it("after twelve hours, and the page is told", async () => {
    const session = await scene.signIn("anna");
    const page = await scene.page(session.token);
    scene.office.clock.move(12 * 3_600_000 + 1_000);
    expect((await current(session.token)).status).toBe(401);
    expect(await page.frame((frame) => frame["kind"] === "refused")).toEqual({ kind: "refused", why: "expired" });
    expect(scene.office.sip.done).toContain(`drop-account ${session.sip.authorizationUser}`);
  });
});

describe("forged and foreign tokens", () => {
  it.each([
    ["nothing", undefined],
    ["rubbish", "rubbish"],
    ["another scheme's words", "a b"],
  ])("%s is refused", async (_what, token) => {
    const answer = await scene.ask("GET", "/api/sessions/current", token === undefined ? {} : { token });
    expect(answer.status).toBe(401);
    expect(problemType(answer.json)).toBe("/problems/not-signed-in");
  });

  it("a token with another key's signature, or with none, is refused although its session is open", async () => {
    const { token } = await scene.signIn("anna");
    const [, payload = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
    const { privateKey } = await generateKeyPair("ES256");
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
    for (const one of [forged, unsigned, `${token}x`]) expect((await current(one)).status).toBe(401);
    expect((await current(token)).status).toBe(200);
  });
});

describe("roles", () => {
  const routes = [
    ["GET", "/api/calls", [200, 200, 401]],
    ["GET", "/api/directory", [200, 200, 401]],
    ["GET", "/api/events", [401, 401, 200]],
    ["GET", "/api/call-records", [403, 200, 200]],
    ["GET", "/api/sessions/current", [200, 200, 401]],
    ["POST", "/api/calls/01KAQZ00000000000000000001/hold", [404, 404, 401]],
  ] as const;
  it.each(routes)("%s %s: operator, supervisor, program of the office", async (method, path, statuses) => {
    const tokens = [(await scene.signIn("anna")).token, (await scene.signIn("bruno")).token, serviceSecret];
    const answers = await Promise.all(tokens.map((token) => scene.ask(method, path, { token })));
    expect(answers.map((answer) => answer.status)).toEqual(statuses);
    expect((await scene.ask(method, path)).status).toBe(401);
  });

  it("anybody may read the state of the box, which names nobody", async () => {
    await scene.office.call();
    const { status, json } = await scene.ask("GET", "/api/status");
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        status: "ok",
        office: { officeId: "x_test1", label: "Comune Uno" },
        callsInProgress: 1,
        media: { ok: true, detail: "fake" },
        journal: { ok: true },
      },
    });
  });
});
