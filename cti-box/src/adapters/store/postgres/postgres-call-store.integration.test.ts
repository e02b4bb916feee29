/** The store in a real PostgreSQL server, which is stopped, crashes and is cut off. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { hasPostgres, PostgresProcess } from "../../../../testing/postgres-process.ts";
import { itIsACallStore, stepsOfACall } from "../call-store.contract.ts";
import { losesNoStep } from "../store-faults.contract.ts";
import { openPostgresCallStore, type PostgresCallStore } from "./postgres-call-store.ts";

let server: PostgresProcess;
let opened = 0;
const start = async (): Promise<void> => {
  server ??= await PostgresProcess.start();
};
const freshSchema = (): string => `office_${(opened += 1)}`;
const open = (schema: string, url = server.url): Promise<PostgresCallStore> => openPostgresCallStore({ url, schema });

/** Passes connections on to the server, and can lose the answer to a question that the server has carried out. */
class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #loses: RegExp | null = null;

  constructor(to: number) {
    this.#server = createServer((near) => {
      const far = connect(to, "127.0.0.1");
      let isLost = false;
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.on("data", (bytes) => {
        if (this.#loses?.test(bytes.toString("latin1")) === true) {
          isLost = true;
          this.#loses = null;
        }
        far.write(bytes);
      });
      far.on("data", (bytes) => (isLost ? near.destroy() : near.write(bytes)));
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** The next question that says this gets no answer. */
  loseAnswerTo(question: RegExp): void {
    this.#loses = question;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

if (hasPostgres()) {
  beforeAll(start);
  afterAll(() => server.close());
  itIsACallStore({ name: "PostgreSQL", begin: start, open: () => open(freshSchema()) });

  describe("a PostgreSQL server that", () => {
    test("is restarted during calls loses no step", async () => {
      const schema = freshSchema();
      const begins = (): Promise<void> => server.goDown("SIGINT");
      await losesNoStep({ open: () => open(schema), trouble: "unreachable", begins, ends: () => server.comeUp() });
    });

    test("crashes during calls loses no step", async () => {
      const schema = freshSchema();
      const begins = (): Promise<void> => server.goDown("SIGQUIT");
      await losesNoStep({ open: () => open(schema), trouble: "unreachable", begins, ends: () => server.comeUp() });
    });

    test("has carried out what its answer did not come to: nothing is written twice", async () => {
      const relay = new Relay(Number(new URL(server.url).port));
      const url = new URL(server.url);
      url.port = String(await relay.listen());
      const schema = freshSchema();
      const store = await open(schema, url.href);
      const steps = await stepsOfACall();
      await store.append(steps.slice(0, 1));
      relay.loseAnswerTo(new RegExp(steps[1]?.event.type ?? "no step"));
      await expect(store.append(steps.slice(1, 3))).rejects.toMatchObject({ trouble: "unreachable" });
      const told = await store.append(steps.slice(1));
      const direct = await open(schema);
      expect((await direct.eventsAfter(0, 100)).slice(-told.length)).toEqual(told);
      expect((await direct.eventsAfter(0, 100)).map(({ type }) => type)).toEqual(
        steps.flatMap(({ published }) => published.map(({ type }) => type)),
      );
      await server.run(`UPDATE ${schema}.calls SET ended_at_ms = NULL`);
      expect((await direct.unfinishedCalls())[0]?.events).toEqual(steps.map(({ event }) => event));
      await direct.close();
      await store.close();
      relay.close();
    });

    test("cannot be reached at the start is named as such", async () => {
      await expect(open("any", "postgres://nobody@127.0.0.1:1/nothing")).rejects.toMatchObject({
        trouble: "unreachable",
      });
    });

    test("holds tables of a newer box is left alone", async () => {
      const schema = freshSchema();
      await (await open(schema)).close();
      await (await open(schema)).close();
      await server.run(`INSERT INTO ${schema}.migrations VALUES (99)`);
      await expect(open(schema)).rejects.toThrow("newer version (99)");
    });
  });
} else {
  const why = "PostgreSQL is not installed (Debian package postgresql): its store was NOT tested";
  it.skipIf(process.env["CI"] === undefined)(why, () => {
    throw new Error(why);
  });
}
