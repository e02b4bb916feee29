/**
 * A port of 127.0.0.1 that nobody listens on, for a program that has to be told its port beforehand and may come back on it. Below the range
 * that the system hands out for outgoing connections: a port from there could be taken while the program is away.
 */
import { once } from "node:events";
import { createServer } from "node:net";

const first = 12_000;
const count = 8_000;

export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    const probe = createServer();
    const isFree = new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!(await isFree)) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}
