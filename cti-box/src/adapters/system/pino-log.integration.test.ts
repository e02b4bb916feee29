/** What is really written to standard error: one JSON line, telephone numbers masked wherever they stand. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("masks numbers in the message, in fields, deep inside and in errors", () => {
  const program = `
    import { createLog } from ${JSON.stringify(new URL("pino-log.ts", import.meta.url).href)};
    const log = createLog("info", "x_test1");
    const number = "+393331234567";
    const circle = { number }; circle.self = circle;
    log.warn({ number, uri: "sip:" + number + "@host", list: [{ number }], failed: new Error(number), circle, port: 5060 }, "call from " + number);
  `;
  const { stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  const [text = "", ...rest] = stderr.trim().split("\n");
  expect({ rest, stdout }).toEqual({ rest: [], stdout: "" });
  const line = JSON.parse(text) as Record<string, unknown>;
  const masked = "+39333…67";
  expect(line).toMatchObject({
    level: 40,
    name: "x_test1",
    msg: `call from ${masked}`,
    number: masked,
    uri: `sip:${masked}@host`,
    list: [{ number: masked }],
    port: 5060,
  });
  expect(line["failed"]).toContain(masked);
  expect(stderr).not.toContain("1234567");
});
