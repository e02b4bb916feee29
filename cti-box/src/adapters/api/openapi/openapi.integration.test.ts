/** The document that the box serves of its API, as its readers judge it: a linter, the administrators' page about the API, and the API itself. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import * as fc from "fast-check";
import fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemSchema } from "../../../../contracts/index.ts";
import { ApiScene, serviceSecret } from "../../../../testing/api-scene.ts";
import { wrongInputs, type Example } from "../../../../testing/wrong-inputs.ts";
import type { OpenApiDocument, Operation } from "./openapi-document.ts";
import { rightRequests } from "../../../../testing/right-requests.ts";
import { collectRoutes } from "./route-description.ts";

type Listed = { method: string; path: string; operation: Operation; example: Example };
type Heard = { status: number; type: string; json: unknown };

let scene: ApiScene;
let text: string;
let document: OpenApiDocument;
let operations: Listed[];
const isChannel = ({ responses }: Operation): boolean => "101" in responses;

beforeAll(async () => {
  scene = await ApiScene.open();
  ({ text } = await scene.ask("GET", "/api/openapi.json"));
  document = JSON.parse(text) as OpenApiDocument;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => !isChannel(operation))
      .map(([method, operation]) => ({ method, path, operation, example: rightRequests[operation.operationId] ?? {} })),
  );
});
afterAll(() => scene.close());

/** Each time from another address of this machine: the box limits requests, and sign-ins above all, by address. */
let asked = 0;
function ask({ method, path }: Listed, example: Example, token: string | null): Promise<Heard> {
  asked += 1;
  const target = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(example.path?.[name] ?? "x"),
  );
  const query = new URLSearchParams(example.query).toString();
  const { hostname, port } = new URL(scene.api.url);
  const body = example.body === undefined ? undefined : JSON.stringify(example.body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: hostname,
        port,
        localAddress: `127.1.${asked % 250}.${1 + (Math.floor(asked / 250) % 250)}`,
        method: method.toUpperCase(),
        path: `${target}${query === "" ? "" : `?${query}`}`,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
      },
      (answer) => {
        let heard = "";
        answer.on("data", (chunk) => (heard += String(chunk)));
        answer.on("end", () => {
          const type = answer.headers["content-type"] ?? "";
          resolve({ status: answer.statusCode ?? 0, type, json: /json/.test(type) ? JSON.parse(heard) : null });
        });
      },
    );
    sent.setTimeout(5_000, () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.end(body);
  });
}

async function signIn(login: string): Promise<string> {
  const route = operations.find(({ operation }) => operation.operationId === "signIn");
  if (route === undefined) throw new Error("nobody can sign in");
  const { json } = await ask(route, { body: { login, password: `password of ${login}` } }, null);
  return (json as { token: string }).token;
}

const accepts = ({ operation }: Listed, scheme: string): boolean =>
  operation.security.some((requirement) => scheme in requirement);
const tokenFor = async (listed: Listed): Promise<string | null> => {
  if (accepts(listed, "service")) return serviceSecret;
  return accepts(listed, "session") ? signIn("anna") : null;
};
const slugOf = ({ json }: Heard): string => problemSchema.parse(json).type.replace("/problems/", "");

describe("the document", () => {
  it("satisfies the linter; of WebSockets OpenAPI knows nothing", async () => {
    const config = await createConfig({ extends: ["recommended-strict"] });
    const found = await lintFromString({ source: text, absoluteRef: "openapi.json", config });
    const frames =
      /\/(ChannelFromBox|ChannelToBox|EventStreamFrame|WallboardFrame|WallboardHello)$|operator-channel|stream/;
    const remarks = found.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer}`);
    expect(remarks.filter((remark) => !frames.test(remark))).toEqual([]);
    expect(remarks.filter((remark) => frames.test(remark)).map((remark) => remark.split(" ")[0])).toEqual([
      ...Array<string>(3).fill("operation-2xx-response"),
      ...Array<string>(5).fill("no-unused-components"),
    ]);
  });

  it("has a right request for each operation, and none left over", () => {
    expect(Object.keys(rightRequests).toSorted()).toEqual(
      operations.map((each) => each.operation.operationId).toSorted(),
    );
  });

  it("is about the routes that docs/api.md is about", () => {
    const page = readFileSync(new URL("../../../../../docs/api.md", import.meta.url), "utf8");
    const missing = operations.filter(({ method, path }) => {
      const place = path.replaceAll(/[{}]/g, "\\$&").replaceAll(".", "\\.");
      return !new RegExp(`\`[A-Z\`, ]*${method.toUpperCase()}[A-Z\`, ]* ${place}[\`? ]`).test(page);
    });
    expect(missing.map(({ method, path }) => `${method.toUpperCase()} ${path}`)).toEqual([]);
  });

  it("cannot miss a route: one that does not describe itself does not come to be", async () => {
    const app = fastify();
    const routes = collectRoutes(app);
    expect(() => app.get("/api/undescribed", () => "")).toThrow("GET /api/undescribed does not describe itself");
    expect(() => app.get("/pages", () => "")).not.toThrow();
    expect(routes).toEqual([]);
    await app.close();
  });
});

describe("each operation", () => {
  it("lets in whom it says", async () => {
    const findings: string[] = [];
    for (const listed of operations) {
      const { operationId } = listed.operation;
      const expectTo = (what: string, isRight: boolean): void =>
        void (isRight || findings.push(`${operationId}: ${what}`));
      const nobody = await ask(listed, listed.example, null);
      const isOpen = listed.operation.security.length === 0;
      expectTo(
        `answers ${nobody.status} to nobody`,
        isOpen ? nobody.status !== 401 || slugOf(nobody) === "wrong-credentials" : slugOf(nobody) === "not-signed-in",
      );
      if (isOpen) continue;
      const service = await ask(listed, listed.example, serviceSecret);
      expectTo(`answers ${service.status} to a program`, (service.status !== 401) === accepts(listed, "service"));
      const frontOffice = await ask(listed, listed.example, await signIn("anna"));
      const isForRoles = listed.operation.security.some((each) => (each["session"]?.length ?? 0) > 0);
      const right = isForRoles ? 403 : 401;
      const isRefused = isForRoles || !accepts(listed, "session");
      expectTo(
        `answers ${frontOffice.status} to an operator`,
        isRefused === (frontOffice.status === right && frontOffice.status >= 400),
      );
    }
    expect(findings).toEqual([]);
  });

  it("answers a right request as the document says", async () => {
    for (const listed of operations) {
      const { operationId, responses } = listed.operation;
      const { status, json } = await ask(listed, listed.example, await tokenFor(listed));
      expect(Object.keys(responses), operationId).toContain(String(status));
      expect(status === 422 ? JSON.stringify(json) : "", operationId).not.toContain("pointer");
    }
  });

  it("names the field of every wrong input", async () => {
    const findings: string[] = [];
    let count = 0;
    for (const listed of operations) {
      const token = await tokenFor(listed);
      for (const { what, request: wrong, pointer } of wrongInputs(listed.operation, listed.example, document)) {
        const { status, json } = await ask(listed, wrong, token);
        const pointers = problemSchema.safeParse(json).data?.problems?.map((one) => one.pointer) ?? [];
        count += 1;
        if (status !== 422 || !pointers.includes(pointer)) {
          findings.push(`${listed.operation.operationId}, ${what}: ${status} ${pointers.join(" ")}`);
        }
      }
    }
    expect(findings).toEqual([]);
    expect(count).toBeGreaterThan(150);
  }, 60_000);

  it("never fails, and answers nothing that the document does not know, whatever is sent", async () => {
    const token = await signIn("bruno");
    const anything = fc.record(
      {
        path: fc.dictionary(
          fc.constantFrom("callId", "transferId", "login"),
          fc.string({ minLength: 1, maxLength: 60 }),
        ),
        query: fc.dictionary(fc.constantFrom("after", "limit", "q", "from", "to", "call", "numbers"), fc.string()),
        body: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operations), anything, async (listed, wild) => {
        if (listed.operation.operationId === "signOut") return;
        const { body: _none, ...bodiless } = wild;
        const example = listed.operation.requestBody === undefined ? bodiless : { body: null, ...wild };
        const heard = await ask(listed, example, accepts(listed, "service") ? serviceSecret : token);
        expect(heard.status).not.toBe(500);
        if (heard.status >= 400) expect(heard.type).toContain("application/problem+json");
        if (heard.status === 422 && slugOf(heard) === "validation")
          expect(problemSchema.parse(heard.json).problems?.length).toBeGreaterThan(0);
        expect([...Object.keys(listed.operation.responses), "404", "405"]).toContain(String(heard.status));
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
