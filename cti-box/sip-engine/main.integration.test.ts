/** The engine as a program of its own: what it prints, and how it ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

type Ended = { code: number | null; signal: string | null; errors: string };

function start(...words: string[]): { child: ChildProcess; output: () => string; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [new URL("main.ts", import.meta.url).pathname, ...words]);
  running.add(child);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, errors }));
  return { child, output: () => output, ended };
}

const usual = ["--admin", "127.0.0.1:0", "--secret", "s"];
const anyPort = ["--contact", "sip:127.0.0.1:0;transport=udp,tcp", "--contact", "sip:127.0.0.1:0;transport=ws"];

describe("the program", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "prints where it listens, and ends with 0 on %s, connections open or not",
    async (signal) => {
      const { child, output, ended } = start(...usual, ...anyPort);
      await expect
        .poll(output, { timeout: 10_000 })
        .toMatch(
          /^control 127\.0\.0\.1:\d+\nlistening udp\/127\.0\.0\.1:\d+\nlistening tcp\/127\.0\.0\.1:\d+\nlistening ws\/127\.0\.0\.1:\d+\n$/,
        );
      const ports = [...output().matchAll(/(?:control |tcp\/|ws\/)127\.0\.0\.1:(\d+)/g)].map((found) =>
        Number(found[1]),
      );
      const sockets = ports.map((port) => connect(port, "127.0.0.1").on("error", () => undefined));
      await Promise.all(sockets.map((socket) => once(socket, "connect")));
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 0, signal: null });
    },
  );

  it("a UDP port in use: one clear line that names the contact, and exit code 1", async () => {
    const taken = createSocket("udp4");
    taken.bind(0, "127.0.0.1");
    await once(taken, "listening");
    const contact = `sip:127.0.0.1:${taken.address().port};transport=udp,tcp`;
    const { code, errors } = await start(...usual, ...anyPort, "--contact", contact).ended;
    expect(code).toBe(1);
    expect(errors).toBe(`contact ${contact}: udp 127.0.0.1:${taken.address().port} is in use by another program\n`);
    taken.close();
  });

  it("a TCP or WebSocket or control port in use, or a foreign address: the same", async () => {
    const taken = createServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    for (const transport of ["tcp", "ws"]) {
      const { code, errors } = await start(...usual, "--contact", `sip:127.0.0.1:${port};transport=${transport}`).ended;
      expect({ code, errors }).toEqual({
        code: 1,
        errors: `contact sip:127.0.0.1:${port};transport=${transport}: ${transport} 127.0.0.1:${port} is in use by another program\n`,
      });
    }
    const control = await start("--admin", `127.0.0.1:${port}`, "--secret", "s", ...anyPort).ended;
    expect(control).toMatchObject({ code: 1, errors: `control port 127.0.0.1:${port} is in use by another program\n` });
    const foreign = await start(...usual, "--contact", "sip:192.0.2.1:5060;transport=udp").ended;
    expect(foreign.code).toBe(1);
    expect(foreign.errors).toContain("is not an address of this machine");
    taken.close();
  });

  it("options that are not usable: every problem at once, and exit code 2", async () => {
    const { code, errors } = await start(
      "--admin",
      "127.0.0.1:99999",
      "--contact",
      "sip:x;transport=sctp",
      "--contact",
      "nonsense",
    ).ended;
    expect(code).toBe(2);
    for (const problem of [/admin: port 99999/, /secret: at least one/, /sctp/, /contact: nonsense/])
      expect(errors).toMatch(problem);
    expect((await start("--admin", "9022", "--secret", "s", ...anyPort).ended).code).toBe(2);
    expect((await start("--no-such-option").ended).code).toBe(2);
    expect((await start("--help").ended).code).toBe(0);
  });
});
