/** Several rtpengines in the configuration, and where their conferences are mixed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseOfficeConfig, readOfficeConfig } from "./read-config.ts";

const first = { ngHost: "192.0.2.7", ngPort: 2223 };
const textWith = (media: object): string =>
  JSON.stringify({
    office: { officeId: "x_test1", label: "Comune Uno" },
    sip: { domain: "uno.example", contacts: ["sip:127.0.0.1:0;transport=ws"] },
    queues: [{ queueId: "urp", label: "URP" }],
    api: { listen: { port: 0 } },
    dataDirectory: "data",
    media: { kind: "rtpengine", ...first, ...media },
  });
const read = (others: unknown) => parseOfficeConfig(textWith({ others }), {});

it("are taken in their order", () => {
  const others = [{ ngHost: "192.0.2.8", ngPort: 2223, advertisedAddress: "198.51.100.8" }];
  expect(read(others)).toMatchObject({ ok: true, config: { media: { ...first, others } } });
});

it.each([
  [[first], "media.others: 192.0.2.7:2223 is there twice"],
  [[{ ngHost: "192.0.2.8" }], "media.others[0].ngPort: Invalid"],
  [[{ ...first, ngPort: 2224, keyLog: 1 }], "media.others[0].keyLog: unknown key"],
])("%j is refused", (others, problem) => {
  const result = read(others);
  expect(result.ok ? [] : result.problems).toEqual([expect.stringContaining(problem)]);
});

it("a mixer where the rtpengine of another machine cannot send is refused before anything starts", () => {
  const folder = mkdtempSync(join(tmpdir(), "la2-config-"));
  const file = join(folder, "office.json");
  writeFileSync(file, textWith({ mixer: { listenAddress: "127.0.0.1" } }));
  expect(() => readOfficeConfig(file, {})).toThrow(/listenAddress: 127\.0\.0\.1 is this machine alone/);
  expect(readOfficeConfig(file, { LA2_RTPENGINE: "127.0.0.1:2223" })).toMatchObject({ media: { ngHost: "127.0.0.1" } });
  rmSync(folder, { recursive: true });
});
