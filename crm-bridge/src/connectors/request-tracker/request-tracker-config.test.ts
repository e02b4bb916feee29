import { expect, test } from "vitest";
import { requestTrackerConfigSchema } from "./request-tracker-config.ts";

const token = "1-14-0123456789abcdef0123456789abcdef";

test("address and token are enough", () => {
  const config = requestTrackerConfigSchema.parse({
    kind: "request-tracker",
    url: "https://rt.example.it/rt",
    auth: { token },
  });
  expect(config).toEqual({
    kind: "request-tracker",
    url: "https://rt.example.it/rt",
    queue: "General",
    auth: { token },
    statuses: { waiting: "new", taken: "open", closed: "resolved" },
    country: "IT",
    timeoutSeconds: 8,
  });
});

test("every fault is listed at once, with its key", () => {
  const read = requestTrackerConfigSchema.safeParse({
    kind: "request-tracker",
    url: "ftp://rt.example.it",
    publicUrl: "https://anna:secret@rt.example.it",
    queue: "URP' OR id > 0 OR Queue = '",
    auth: { user: "la2" },
    phoneField: "Telefono}",
    statuses: { waiting: "ne}w" },
    timeoutSeconds: 0,
    colour: "blue",
  });
  const keys = read.error?.issues.map((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys[0] : issue.path.join("."),
  );
  expect(keys?.toSorted()).toEqual(
    ["auth", "colour", "phoneField", "publicUrl", "queue", "statuses.waiting", "timeoutSeconds", "url"].toSorted(),
  );
});

test.each([
  ["nothing", {}],
  ["a token and an account", { token, user: "la2", password: "secret" }],
  ["a user without password", { user: "la2" }],
  ["something that is no token", { token: "secret" }],
])("%s is no sign-in, and the message does not repeat it", (_what, auth) => {
  const read = requestTrackerConfigSchema.safeParse({ kind: "request-tracker", url: "http://127.0.0.1:80", auth });
  expect(read.success).toBe(false);
  expect(read.error?.message).not.toContain("secret");
});
