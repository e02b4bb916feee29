/** The place of real-time text in the configuration. */
import { expect, it } from "vitest";
import { parseOfficeConfig } from "./read-config.ts";

const rtpengine = { kind: "rtpengine", ngHost: "192.0.2.7", ngPort: 2223 };
const read = (media: object) =>
  parseOfficeConfig(
    JSON.stringify({
      office: { officeId: "x_test1", label: "Comune Uno" },
      sip: { domain: "uno.example", contacts: ["sip:127.0.0.1:0;transport=ws"] },
      queues: [{ queueId: "urp", label: "URP" }],
      api: { listen: { port: 0 } },
      dataDirectory: "data",
      media,
    }),
    {},
  );

it.each([
  { kind: "relay", listenAddress: "127.0.0.1", text: "off" },
  { ...rtpengine, text: "off" },
  { ...rtpengine, text: { listenAddress: "192.0.2.9", portMin: 40_000, portMax: 40_099 } },
])("%j is taken", (media) => {
  expect(read(media)).toMatchObject({ ok: true, config: { media } });
});

it.each([
  [{ kind: "relay", text: "on" }, "media.text: "],
  [{ ...rtpengine, text: { portMin: 40_000 } }, "media.text: needs portMin and portMax, or neither"],
  [{ ...rtpengine, text: { portMin: 2, portMax: 2 } }, "media.text: needs two ports at least"],
])("%j is refused", (media, problem) => {
  const result = read(media);
  expect(result.ok ? [] : result.problems).toEqual([expect.stringContaining(problem)]);
});
