/** What the environment says, in a configuration that is right otherwise. */
import { expect, it } from "vitest";
import { parseOfficeConfig } from "../read-config.ts";

const sound = {
  office: { officeId: "x_test1", label: "Comune di Prova" },
  sip: { domain: "uno.example", contacts: ["sip:127.0.0.11:5060", "sip:127.0.0.11:5066;transport=ws"] },
  queues: [{ queueId: "urp", label: "URP" }],
  api: { listen: { port: 8400 } },
  dataDirectory: "data",
};

const withEnvironment = (environment: Record<string, string>, change: object = {}) =>
  parseOfficeConfig(JSON.stringify({ ...sound, ...change }), environment);

it("LA2_RTPENGINE chooses rtpengine and keeps what the file says of its own", () => {
  const media = { kind: "rtpengine", ngHost: "192.0.2.1", ngPort: 1, holdMusicFile: "music.wav" };
  const environment = { LA2_RTPENGINE: "127.0.0.1:22222" };
  const address = { kind: "rtpengine", ngHost: "127.0.0.1", ngPort: 22_222 };
  expect(withEnvironment(environment)).toMatchObject({ config: { media: address } });
  expect(withEnvironment(environment, { media })).toMatchObject({
    config: { media: { ...address, holdMusicFile: "music.wav" } },
  });
});

it("with rtpengine the engine has a process of its own, unless the file says otherwise", () => {
  const environment = { LA2_RTPENGINE: "127.0.0.1:22222" };
  expect(withEnvironment(environment)).toMatchObject({ config: { engine: { kind: "own-process" } } });
  const engine = { kind: "embedded" };
  expect(withEnvironment(environment, { engine })).toMatchObject({ config: { engine } });
});

it("LA2_DRACHTIO chooses a drachtio-server", () => {
  expect(withEnvironment({ LA2_DRACHTIO: "127.0.0.1:9022,a,b" })).toMatchObject({
    config: { engine: { kind: "drachtio-server", host: "127.0.0.1", port: 9022, secret: "a,b" } },
  });
  expect(withEnvironment({ LA2_DRACHTIO: "127.0.0.1:9022" })).toMatchObject({
    config: { engine: { secret: "cymru" } },
  });
});

it("LA2_POSTGRES chooses a PostgreSQL server and keeps the schema of the file; what is none is not repeated", () => {
  const url = "postgres://la2:secret@db.example/calls";
  expect(withEnvironment({ LA2_POSTGRES: url })).toMatchObject({ config: { store: { postgres: { url } } } });
  const store = { postgres: { url: "postgres://other.example/calls", schema: "urp" } };
  expect(withEnvironment({ LA2_POSTGRES: url }, { store })).toMatchObject({
    config: { store: { postgres: { url, schema: "urp" } } },
  });
  expect(withEnvironment({ LA2_POSTGRES: "mysql://la2:secret@db.example/calls" })).toEqual({
    ok: false,
    problems: ["LA2_POSTGRES: is not an address such as postgres://user@host:5432/database"],
  });
});

it("empty variables change nothing", () => {
  const result = withEnvironment({ LA2_RTPENGINE: "", LA2_DRACHTIO: "", LA2_POSTGRES: "" });
  expect(result).toMatchObject({ config: { media: { kind: "relay" }, engine: { kind: "embedded" } } });
  expect(result).not.toHaveProperty("config.store");
});
