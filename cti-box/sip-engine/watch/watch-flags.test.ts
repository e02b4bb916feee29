import { expect, it } from "vitest";
import { InvalidEngineOptions } from "../engine-options.ts";
import { watchOptionsFrom } from "./watch-flags.ts";

it.each([
  [{}, {}],
  [{ metrics: "127.0.0.1:9090" }, { metrics: { host: "127.0.0.1", port: 9_090 } }],
  [{ metrics: "[::1]:9090" }, { metrics: { host: "::1", port: 9_090 } }],
  [{ trace: true }, { trace: {} }],
  [{ trace: true, "trace-size": "64" }, { trace: { megabytes: 64 } }],
  [{ capture: "homer:9060" }, { capture: { host: "homer", port: 9_060, transport: "udp", secrets: "masked" } }],
  [
    {
      capture: "tcp:[2001:db8::1]:9060",
      "capture-id": "7",
      "capture-key": "k",
      "capture-node": "n",
      "capture-secrets": true,
    },
    {
      capture: {
        host: "2001:db8::1",
        port: 9_060,
        transport: "tcp",
        captureId: 7,
        authKey: "k",
        nodeName: "n",
        secrets: "sent",
      },
    },
  ],
])("%j is read as %j", (values, options) => {
  expect(watchOptionsFrom(values)).toEqual(options);
});

it("all that cannot be read is told at once, each with its word", () => {
  const words = { metrics: "9090", capture: "homer", "trace-size": "1" };
  expect(() => watchOptionsFrom(words)).toThrow(InvalidEngineOptions);
  expect(() => watchOptionsFrom(words)).toThrow(
    /capture: homer is not[^]*metrics: 9090 is not[^]*trace-size: is of no use/,
  );
  expect(() => watchOptionsFrom({ "capture-key": "k" })).toThrow("capture-key: is of no use without capture");
});
