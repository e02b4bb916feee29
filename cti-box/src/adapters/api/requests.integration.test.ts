/** What the API answers to requests that are not as they should be: always a problem document that names the field. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemSchema } from "../../../contracts/index.ts";
import { ApiScene, serviceSecret, type Answer, type Ask } from "../../../testing/api-scene.ts";

let scene: ApiScene;
let token: string;
beforeAll(async () => {
  scene = await ApiScene.open();
  ({ token } = await scene.signIn("anna"));
});
afterAll(() => scene.close());

const call = "/api/calls/01KAQZ00000000000000000001";
const transfer = {
  transferId: "01KAQZ000000000000000000X1",
  target: { kind: "office", officeId: "x_test2" },
  ticketId: null,
  reason: "competence",
  message: "",
};

function problemOf(answer: Answer): { status: number; type: string; pointers: string[] } {
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  const problem = problemSchema.parse(answer.json);
  expect(problem.status).toBe(answer.status);
  const pointers = (problem.problems ?? []).map((one) => one.pointer);
  return { status: answer.status, type: problem.type.replace("/problems/", ""), pointers };
}
const problemAt = async (method: string, path: string, ask: Ask) =>
  problemOf(await scene.ask(method, path, { token, ...ask }));

describe("a field that does not fit is named", () => {
  it.each<[string, string, unknown, string[]]>([
    ["POST", "/api/sessions", { login: "anna", password: 7 }, ["/password"]],
    ["POST", "/api/sessions", { login: "A n n a", password: "x" }, ["/login"]],
    ["POST", "/api/sessions", { login: "anna", password: "x", admin: true }, ["/admin"]],
    ["POST", "/api/sessions", { oneTimeCode: "short" }, ["/oneTimeCode"]],
    ["POST", "/api/sessions", { login: "anna", password: "x".repeat(257) }, ["/password"]],
    ["PUT", "/api/operators/me/availability", { availability: "asleep" }, ["/availability"]],
    ["PUT", "/api/operators/me/availability", { availability: "away", until: 7 }, ["/until"]],
    ["PUT", "/api/operators/me/availability", [], [""]],
    ["POST", "/api/one-time-codes", {}, ["/login"]],
    ["PUT", `${call}/ticket`, { ticketId: "7" }, ["/ticketId"]],
    ["PUT", `${call}/ticket`, { ticketId: transfer.transferId, note: "x" }, ["/note"]],
    ["POST", `${call}/transfers`, { ...transfer, transferId: "7" }, ["/transferId"]],
    ["POST", `${call}/transfers`, { ...transfer, target: { kind: "number" } }, ["/target/kind"]],
    ["POST", `${call}/transfers`, { ...transfer, target: { kind: "office" } }, ["/target/officeId"]],
    ["POST", `${call}/transfers`, { ...transfer, target: { ...transfer.target, fax: 1 } }, ["/target/fax"]],
    ["POST", `${call}/transfers`, { ...transfer, message: "x".repeat(2001), reason: "why" }, ["/reason", "/message"]],
    ["POST", `${call}/transfers`, { ...transfer, number: "+390612345678" }, ["/number"]],
  ])("%s %s %j", async (...[method, path, body, pointers]) => {
    expect(await problemAt(method, path, { body })).toEqual({ status: 422, type: "validation", pointers });
  });

  it.each([
    ["POST", "/api/calls/not-a-call/hold", ["/callId"]],
    ["POST", "/api/calls/not-a-call/resume", ["/callId"]],
    ["DELETE", `${call}/transfers/7`, ["/transferId"]],
    ["GET", `/api/directory?q=${"x".repeat(201)}`, ["/q"]],
    ["GET", "/api/events?after=-1&limit=501", ["/after", "/limit"]],
    ["GET", "/api/events?after=x", ["/after"]],
    ["GET", "/api/events?limit=1&limit=2", ["/limit"]],
    ["GET", "/api/status?verbose=1", ["/verbose"]],
    ["GET", "/api/call-records?contactId=7&after=7&limit=0", ["/contactId", "/after", "/limit"]],
  ])("%s %s", async (method, path, pointers) => {
    expect(await problemAt(method, path, { token: serviceSecret })).toEqual({
      status: 422,
      type: "validation",
      pointers,
    });
  });
});

describe("a request that cannot be read", () => {
  it.each<[string, Ask, number, string]>([
    ["broken JSON", { text: "{" }, 400, "malformed"],
    ["no JSON at all", { text: "" }, 400, "malformed"],
    ["a key that poisons prototypes", { text: '{"__proto__":{"x":1}}' }, 400, "malformed"],
    ["another content type", { text: "availability=away", type: "text/plain" }, 415, "unsupported-media-type"],
    ["more than it may hold", { text: `"${"x".repeat(256 * 1024)}"` }, 413, "too-large"],
  ])("%s", async (...[, ask, status, type]) => {
    expect(await problemAt("PUT", "/api/operators/me/availability", ask)).toMatchObject({ status, type });
  });

  it.each([
    ["PATCH", "/api/sessions", "POST"],
    ["GET", `${call}/hold`, "POST"],
    ["POST", "/api/directory", "GET, HEAD"],
    ["DELETE", "/api/operators/me/availability", "PUT"],
  ])("%s %s: the method is wrong, and the right ones are named", async (method, path, allowed) => {
    const answer = await scene.ask(method, path, { token });
    expect(problemOf(answer)).toMatchObject({ status: 405, type: "wrong-method" });
    expect(answer.headers.get("allow")).toBe(allowed);
  });

  it.each(["/api/%zz", "/api/calls/%c0/hold", "/%"])("%s is no address", async (path) => {
    expect(await problemAt("GET", path, {})).toMatchObject({ status: 400, type: "malformed" });
  });

  it.each(["/api/nothing", "/api", "/api/calls/x/y/z"])("%s does not exist", async (path) => {
    expect(await problemAt("GET", path, {})).toMatchObject({ status: 404, type: "not-found" });
  });

  it("speaks the caller's language: Italian unless English is preferred", async () => {
    const titles = await Promise.all(
      ["it", "en-GB,it", ""].map(async (language) => {
        const answer = await scene.ask("GET", "/api/calls", { headers: { "accept-language": language } });
        return problemSchema.parse(answer.json).title;
      }),
    );
    expect(titles).toEqual(["Accesso necessario", "Sign in first", "Accesso necessario"]);
  });
});

/** Bytes as they are; everything the server says until it closes. */
function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(scene.api.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request));
    let heard = "";
    socket.setTimeout(5_000, () => reject(new Error(`no end; heard ${heard}`)));
    socket.on("data", (chunk) => (heard += String(chunk)));
    socket.on("error", reject);
    socket.on("close", () => {
      socket.destroy();
      resolve(heard);
    });
  });
}

describe("the pages", () => {
  it("come with rules for what they may load, and use of the microphone only", async () => {
    const answer = await scene.ask("GET", "/");
    expect(answer.status).toBe(200);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toContain("connect-src 'self' ws: wss:");
    expect(policy).toContain("object-src 'none'");
    expect(answer.headers.get("permissions-policy")).toBe("microphone=(self), camera=(), geolocation=()");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    const asset = await scene.ask("GET", "/assets/page-1a2b.js");
    expect(asset.headers.get("cache-control")).toContain("immutable");
  });

  it.each([
    "/../private.txt",
    "/assets/../../private.txt",
    "/%2e%2e/private.txt",
    "/..%2fprivate.txt",
    "/assets/..%5c..%5cprivate.txt",
    "/%00",
  ])("give nothing from outside their folder: %s", async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain("not for the world");
  });

  it("say what to do when they have not been built", async () => {
    const other = await ApiScene.open({ softphoneDirectory: "/nowhere" });
    const answer = await other.ask("GET", "/");
    expect(answer.status).toBe(503);
    expect(answer.text).toContain("npm run build");
    await other.close();
  });
});

describe("upgrades", () => {
  it.each([
    ["//", "404"],
    [":x", "400"],
    ["http://[", "404"],
    ["/nothing", "404"],
    ["/crm", "404"],
    ["/sip", "400"],
  ])("of %s are refused with %s, and the box goes on", async (path, status) => {
    const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13";
    const head = `GET ${path} HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}`;
    expect(await raw(`${head}\r\n\r\n`)).toContain(`HTTP/1.1 ${status}`);
    expect((await scene.ask("GET", "/api/status")).status).toBe(200);
  });
});
