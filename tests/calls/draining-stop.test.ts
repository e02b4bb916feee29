/**
 * The box is asked to stop while a citizen is on the line, with real SIP: the conversation goes on, new calls are refused so that the carrier sends them
 * elsewhere, and the carrier loses the registration only at the end.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Carrier, CallNotAnswered, type CitizenCall } from "../../bin/carrier/carrier.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";

let network: PhoneNetwork;
let carrier: Carrier;
let registrar: Registrar;
let office: OfficeProcess;
let reader: OfficeReader;

/** A carrier's registrar that says yes; also asks OPTIONS. */
class Registrar {
  readonly heard: string[] = [];
  private readonly socket: Socket;
  private answered: (text: string) => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("message", (bytes, from) => {
      const text = bytes.toString("utf8");
      if (text.startsWith("SIP/2.0")) return this.answered(text);
      this.heard.push(text);
      const kept = text.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq|Contact|Expires)\s*:/i.test(line));
      const to = /^To\s*:.*$/im.exec(text)?.[0] ?? "";
      socket.send(
        `${["SIP/2.0 200 OK", ...kept, `${to};tag=r`, "Content-Length: 0"].join("\r\n")}\r\n\r\n`,
        from.port,
        from.address,
      );
    });
  }

  static async open(address: string): Promise<Registrar> {
    const socket = createSocket("udp4");
    socket.bind(5_070, address);
    await once(socket, "listening");
    return new Registrar(socket);
  }

  /** Status line of the answer and its Retry-After. */
  async options(box: string): Promise<{ status: string; retryAfter: string | undefined }> {
    const { address, port } = this.socket.address();
    const answer = new Promise<string>((resolve) => (this.answered = resolve));
    const lines = [
      `OPTIONS sip:${box}:5060 SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${Math.random().toString(36).slice(2)}`,
      `From: <sip:carrier@${address}>;tag=o`,
      `To: <sip:${box}>`,
      `Call-ID: ${Math.random()}`,
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 70",
      "Content-Length: 0",
    ];
    this.socket.send(`${lines.join("\r\n")}\r\n\r\n`, 5_060, box);
    const text = await answer;
    return { status: text.split("\r\n")[0] ?? "", retryAfter: /^Retry-After\s*:\s*(\d+)/im.exec(text)?.[1] };
  }

  close(): void {
    this.socket.close();
  }
}

beforeEach(async () => {
  network = PhoneNetwork.open();
  const carrierAddress = network.addOfficeAddress();
  registrar = await Registrar.open(carrierAddress);
  carrier = await Carrier.open(carrierAddress);
});
afterEach(async () => {
  await carrier.close();
  await office.close();
  registrar.close();
  network.close();
});

async function start(drainSeconds: number): Promise<void> {
  const carrierAddress = carrier.address;
  const account = { user: officeNumber, password: "secret", registrar: `sip:${carrierAddress}:5070;transport=udp` };
  const config = officeConfig({
    officeId: "x_test1",
    address: network.address,
    carrierAddress,
    operators: ["anna"],
    trunk: { account },
  });
  office = await startOfficeProcess({ ...config, drainSeconds });
  reader = new OfficeReader(office.url);
  await reader.registration("carrier", "registered");
}
const call = (): Promise<CitizenCall> =>
  carrier.placeCall({
    number: officeNumber,
    box: `${network.address}:5060`,
    caller: { number: "+393331234567", displayName: "Citizen" },
  });
const refusal = (): Promise<unknown> => call().catch((error: unknown) => error);
const status = async (): Promise<string> =>
  ((await (await fetch(`${office.url}/api/status`)).json()) as { status: string }).status;
const unregisters = (): number =>
  registrar.heard.filter((text) => /^REGISTER[\s\S]*(expires=0|Expires\s*:\s*0\b)/i.test(text)).length;

test("calls go on, new ones and OPTIONS are answered 503, and the registration is given back after the last call", async () => {
  await start(60);
  expect((await registrar.options(network.address)).status).toBe("SIP/2.0 200 OK");
  const citizen = await call();
  office.signal("SIGTERM");
  await expect.poll(status).toBe("stopping");
  expect(await refusal()).toBeInstanceOf(CallNotAnswered);
  expect(await refusal()).toMatchObject({ status: 503 });
  const asked = await registrar.options(network.address);
  expect(asked.status).toMatch(/^SIP\/2\.0 503 /);
  expect(Number(asked.retryAfter)).toBeGreaterThan(50);
  // The music goes on.
  citizen.audio.forgetHeard();
  await expect.poll(() => citizen.audio.heard(1).length).toBeGreaterThan(4_000);
  expect(unregisters()).toBe(0);
  await citizen.hangUp();
  expect(await office.ended).toBe(0);
  expect(unregisters()).toBe(1);
});

test("a second signal ends the calls at once, in good order", async () => {
  await start(60);
  const citizen = await call();
  const askedAt = performance.now();
  office.signal("SIGTERM");
  await expect.poll(status).toBe("stopping");
  // Signals within 0.7 seconds are one wish, passed on twice.
  office.signal("SIGTERM");
  await expect.poll(() => performance.now() - askedAt).toBeGreaterThan(750);
  expect(await status()).toBe("stopping");
  office.signal("SIGTERM");
  expect(await citizen.ended).toBe("office");
  expect(await office.ended).toBe(0);
  expect(unregisters()).toBe(1);
});

test("the limit ends calls that are still up", async () => {
  await start(1);
  const citizen = await call();
  office.signal("SIGTERM");
  expect(await citizen.ended).toBe("office");
  expect(await office.ended).toBe(0);
});
