/** A box that is killed while its engine runs on, as a process of its own: its callers are not left in silence, and it starts again clean. */
import { afterEach, expect, test } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../../cti-box/sip-engine/engine.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../../cti-box/sip-engine/testing/raw-peer.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";

let engine: SipEngineHandle;
let office: OfficeProcess;
let carrier: RawPeer;

afterEach(async () => {
  carrier.close();
  await office.close();
  await engine.close();
});

/** A citizen's call to the office, until the box has answered it: the 200. */
async function answeredCall(callId: string): Promise<string> {
  const [host = "", port = ""] = (engine.contacts[0] ?? "").replace("udp/", "").split(":");
  const lines = inviteLines(carrier, `${host}:${port}`, { callId });
  carrier.send([`INVITE sip:${officeNumber}@${host}:${port} SIP/2.0`, ...lines.slice(1)], exampleSdp);
  const ok = await carrier.receive(/^SIP\/2\.0 200/, 20_000);
  carrier.send([
    `ACK sip:${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${carrier.hostPort};branch=z9hG4bK-ack-${callId}`,
    ...["From", "To", "Call-ID"].map((name) => `${name}: ${headerOf(ok, name)}`),
    "CSeq: 1 ACK",
    "Max-Forwards: 70",
  ]);
  return ok;
}

test("its callers hear the end of their calls at once, the journal says why, and the next call finds the box again", async () => {
  const contacts = ["sip:127.0.0.1:0;transport=udp", "sip:127.0.0.1:0;transport=ws"];
  engine = await startSipEngine({ admin: { host: "127.0.0.1", port: 0 }, secrets: ["secret"], contacts });
  const choice = { officeId: "x_test1", address: "127.0.0.1", carrierAddress: "127.0.0.3", operators: ["anna"] };
  const remote = { kind: "drachtio-server", ...engine.admin, secret: "secret" };
  office = await startOfficeProcess({ ...officeConfig(choice), engine: remote });
  const port = Number((engine.contacts[0] ?? "").split(":").at(-1));
  carrier = await RawPeer.open("127.0.0.3", { host: "127.0.0.1", port });

  const ok = await answeredCall("cut-off");
  await office.kill();
  const bye = await carrier.receive(/^BYE /);
  expect(headerOf(bye, "Call-ID")).toBe("cut-off");
  expect(headerOf(bye, "From")).toBe(headerOf(ok, "To"));
  const copied = ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(bye, name)}`);
  carrier.send(["SIP/2.0 200 OK", ...copied]);

  office = await office.restart();
  const reader = new OfficeReader(office.url);
  expect(await reader.records()).toMatchObject([{ endCause: "box-restarted" }]);
  await answeredCall("after-it");
  expect(await reader.callsInProgress()).toBe(1);
}, 60_000);
