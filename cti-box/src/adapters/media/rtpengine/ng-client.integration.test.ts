import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NgClient, NgUnreachable } from "./ng-client.ts";

/** A server that answers as told, datagram by datagram. */
let server: Socket;
let client: NgClient;
let received: string[];

beforeEach(async () => {
  received = [];
  server = createSocket("udp4");
  server.bind({ address: "127.0.0.1", port: 0 });
  await once(server, "listening");
  client = await NgClient.open({ host: "127.0.0.1", port: server.address().port, deadlineMs: 1200 });
});

afterEach(async () => {
  await client.close();
  await new Promise<void>((done) => server.close(() => done()));
});

/** `answer` gets the cookie and how often it came; null for silence. */
function answering(answer: (cookie: string, times: number) => string | null): void {
  server.on("message", (bytes, from) => {
    const cookie = bytes.toString().split(" ")[0] ?? "";
    received.push(cookie);
    const text = answer(cookie, received.filter((one) => one === cookie).length);
    if (text !== null) server.send(text, from.port, from.address);
  });
}

describe("client of the ng protocol", () => {
  it("gets its answer", async () => {
    answering((cookie) => `${cookie} d6:result4:ponge`);
    expect(await client.request({ command: "ping" })).toEqual({ result: "pong" });
  });

  it("asks again with the same cookie when a datagram is lost", async () => {
    answering((cookie, times) => (times < 3 ? null : `${cookie} d6:result2:oke`));
    expect(await client.request({ command: "query" })).toEqual({ result: "ok" });
    expect(new Set(received).size).toBe(1);
    expect(received.length).toBe(3);
  });

  it("keeps requests apart when answers come in another order", async () => {
    const held: (() => void)[] = [];
    server.on("message", (bytes, from) => {
      const [cookie] = bytes.toString().split(" ");
      const number = /number(\d)/.exec(bytes.toString())?.[1];
      held.push(() => server.send(`${cookie} d6:result1:${number}e`, from.port, from.address));
      if (held.length === 2) for (const give of held.splice(0).toReversed()) give();
    });
    const replies = await Promise.all([
      client.request({ command: "x", number1: "" }),
      client.request({ command: "x", number2: "" }),
    ]);
    expect(replies.map(({ result }) => result)).toEqual(["1", "2"]);
  });

  it("says so when nobody answers", async () => {
    await expect(client.request({ command: "ping" })).rejects.toBeInstanceOf(NgUnreachable);
  });

  it.each(["d6:resulti1ee", "nonsense", "d", ""])("refuses the answer %j instead of trusting it", async (text) => {
    answering((cookie) => `${cookie} ${text}`);
    await expect(client.request({ command: "ping" })).rejects.toThrow("cannot be read");
  });

  it("ends what waits when it is closed", async () => {
    const waiting = client.request({ command: "ping" });
    const ended = expect(waiting).rejects.toBeInstanceOf(NgUnreachable);
    await client.close();
    await ended;
  });
});
