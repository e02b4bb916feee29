/** The control port's words on the command line: what they become, and every problem at once. */
import { parseArgs } from "node:util";
import { expect, it } from "vitest";
import { InvalidEngineOptions } from "../engine-options.ts";
import { controlFlags, controlOptionsFrom } from "./control-flags.ts";

function read(...words: string[]): unknown {
  const options = { admin: { type: "string", default: "127.0.0.1:9022" }, ...controlFlags } as const;
  const { values } = parseArgs({ args: words, options });
  return controlOptionsFrom(values.admin, values);
}

it("nothing said: one plain port", () => {
  expect(read()).toEqual({ admin: { host: "127.0.0.1", port: 9022 }, control: { plain: "open", handlers: [] } });
});

it("everything said", () => {
  const tls = [
    "--admin-tls",
    "[::1]:9023",
    "--admin-tls-cert",
    "c",
    "--admin-tls-key",
    "k",
    "--admin-tls-client-ca",
    "a",
  ];
  const handlers = [
    "--handler",
    "INVITE=https://h/x?a=b",
    "--handler",
    "*=tcp://h:1",
    "--handler-post",
    "--handler-ca",
    "p",
  ];
  expect(read("--admin", "closed", ...tls, ...handlers, "--absence", "1.5")).toEqual({
    admin: { host: "127.0.0.1", port: 0 },
    control: {
      plain: "closed",
      tls: { host: "::1", port: 9023, certFile: "c", keyFile: "k", clientCaFile: "a" },
      handlers: [
        { method: "invite", url: "https://h/x?a=b", how: "POST" },
        { method: "*", url: "tcp://h:1", how: "POST" },
      ],
      handlerCaFile: "p",
      absenceMs: 1_500,
    },
  });
});

it("every problem at once", () => {
  expect(() => read("--admin", "nowhere", "--admin-tls", "9023", "--handler", "=x")).toThrow(InvalidEngineOptions);
  expect(() => read("--admin", "nowhere", "--admin-tls", "9023", "--handler", "=x")).toThrow(
    /admin: nowhere[\s\S]*handler: =x[\s\S]*admin-tls: 9023[\s\S]*admin-tls-cert: is needed[\s\S]*admin-tls-key: is needed/,
  );
});
