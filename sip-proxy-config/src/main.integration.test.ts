import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { canRunKamailio } from "../testing/proxy-bench.ts";

const folder = new URL("../", import.meta.url);
const playground = fileURLToPath(new URL("environments/playground.yaml", folder));
const scratch = mkdtempSync(join(tmpdir(), "la2-proxy-main-"));
afterAll(() => rmSync(scratch, { recursive: true }));

type Ran = { code: number; stdout: string; stderr: string };

function run(words: string[], environment: Record<string, string> = {}): Promise<Ran> {
  const program = fileURLToPath(new URL("src/main.ts", folder));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...words],
      { env: { ...process.env, ...environment } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

describe("the command line", () => {
  test("renders to the terminal or into a file", async () => {
    const golden = readFileSync(new URL("golden/playground.cfg", folder), "utf8");
    expect(await run(["render", "--network", playground])).toEqual({ code: 0, stdout: golden, stderr: "" });
    const out = join(scratch, "out.cfg");
    expect(await run(["render", "--network", playground, "--out", out])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(out, "utf8")).toBe(golden);
  });

  test("lists every problem of a description and ends with 2", async () => {
    const file = join(scratch, "wrong.yaml");
    writeFileSync(file, "proxy: { domain: 5 }\nmembers: []\n");
    const { code, stderr } = await run(["render", "--network", file]);
    expect(code).toBe(2);
    expect(stderr).toContain("3 problems");
    expect(stderr).toMatch(/proxy\.domain: [^]*proxy\.listen: [^]*members: /);
  });

  test.each([
    [[]],
    [["render"]],
    [["draw", "--network", playground]],
    [["check", "--colour", "red"]],
    [["check", "one", "two"]],
  ])("%j is wrong use: 2, with how to use it", async (words) => {
    const { code, stderr } = await run(words);
    expect(code).toBe(2);
    expect(stderr).toContain("Usage:");
  });

  test("a file that cannot be read is 2, one that cannot be written 1", async () => {
    expect(await run(["render", "--network", join(scratch, "none.yaml")])).toMatchObject({ code: 2 });
    expect(await run(["render", "--network", playground, "--out", join(scratch, "no/such/folder")])).toMatchObject({
      code: 1,
    });
  });

  test("check without Kamailio is 1 and names the package", async () => {
    const { code, stderr } = await run(["check", "--network", playground], { LA2_KAMAILIO: "" });
    expect(code).toBe(1);
    expect(stderr).toContain("Debian package kamailio");
  });

  test.skipIf(!canRunKamailio)("check is 0 when Kamailio takes the configuration", async () => {
    expect(await run(["check", "--network", playground])).toMatchObject({ code: 0, stderr: "" });
  });
});
