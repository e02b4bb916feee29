/** An office whose one carrier, a real telephone (baresip) with a certificate of its own, speaks TLS and SRTP (RFC 4568) and nothing else. */
import { makeCertificates } from "../../cti-box/sip-engine/testing/throwaway-certificates.ts";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";

export const citizenNumber = "+393335550123";

/** `two-rtpengines`: the second one takes over what the first one loses. */
type EncipheredMedia = "relay" | "rtpengine" | "two-rtpengines";

type Opened = {
  network: PhoneNetwork;
  office: OfficeProcess;
  carrier: BaresipPhone;
  rtpengines: readonly RtpengineProcess[];
};

export class EncipheredOffice {
  readonly office: OfficeProcess;
  readonly carrier: BaresipPhone;
  readonly rtpengines: readonly RtpengineProcess[];
  private readonly network: PhoneNetwork;
  private readonly closing: readonly (() => unknown)[];

  private constructor({ network, office, carrier, rtpengines }: Opened, closing: readonly (() => unknown)[]) {
    this.network = network;
    this.office = office;
    this.carrier = carrier;
    this.rtpengines = rtpengines;
    this.closing = closing;
  }

  static async open({ media, toneHz }: { media: EncipheredMedia; toneHz: number }): Promise<EncipheredOffice> {
    const closing: (() => unknown)[] = [];
    try {
      return new EncipheredOffice(await openParts({ media, toneHz }, closing), closing);
    } catch (error) {
      for (const close of closing.toReversed()) await close();
      throw error;
    }
  }

  callTheOffice(number: string): void {
    this.carrier.startAfresh();
    this.carrier.command("dial", `sip:${number}@${this.network.address}:5061;transport=tls`);
  }

  /** Session descriptions of the carrier's leg, keys masked. */
  async descriptionsOfCarrier(callId: string): Promise<string> {
    const legs = (await new OfficeReader(this.office.url).trace(callId))?.legs ?? [];
    const ofCarrier = legs.filter(({ peer }) => peer?.kind === "server").flatMap(({ messages }) => messages);
    return ofCarrier.map(({ text }) => text.slice(text.indexOf("\r\n\r\n"))).join("\n");
  }

  async close(): Promise<void> {
    for (const close of this.closing.toReversed()) await close();
  }
}

export type EncipheredOrder = {
  address: string;
  carrierAddress: string;
  operators: string[];
  /** The box's certificate, its key, and the authority of both sides. */
  files: { certFile: string; keyFile: string; caFile: string };
  /** Usual: messages are kept. */
  trace?: boolean;
};

/** Configuration of an office whose only carrier is called over TLS and has to speak SRTP. */
export function encipheredConfig({
  address,
  carrierAddress,
  operators,
  files,
  trace = true,
}: EncipheredOrder): Record<string, unknown> {
  return officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress,
    operators,
    trunk: {
      srtp: "required",
      outbound: {
        uri: `sip:${carrierAddress}:5061;transport=tls`,
        callerId: { number: officeNumber },
        probeSeconds: "off",
      },
    },
    sip: {
      contacts: [
        `sip:${address}:5060;transport=udp,tcp`,
        `sips:${address}:5061;transport=tls`,
        `sip:${address}:5066;transport=ws`,
      ],
      tls: files,
      trace,
    },
  });
}

async function openParts(
  { media, toneHz }: { media: EncipheredMedia; toneHz: number },
  closing: (() => unknown)[],
): Promise<Opened> {
  const network = PhoneNetwork.open();
  closing.push(() => network.close());
  const certificates = makeCertificates();
  closing.push(() => certificates.remove());
  const { address } = network;
  const host = network.addHost();
  const rtpengines: RtpengineProcess[] = [];
  for (let count = { relay: 0, rtpengine: 1, "two-rtpengines": 2 }[media]; count > 0; count -= 1) {
    const rtpengine = await startRtpengine({ address });
    closing.push(() => rtpengine.close());
    rtpengines.push(rtpengine);
  }
  const files = { ...certificates.issue("box", `IP:${address}`), caFile: certificates.caFile };
  const config = encipheredConfig({ address, carrierAddress: host.address, operators: ["anna"], files });
  const [first, ...others] = rtpengines.map(({ ngHost, ngPort }) => ({ ngHost, ngPort }));
  const office = await startOfficeProcess(
    first === undefined ? config : { ...config, media: { kind: "rtpengine", ...first, others } },
  );
  closing.push(() => office.close());
  const carrier = await BaresipPhone.open({
    host,
    account: { user: citizenNumber, domain: host.address, transport: "tls" },
    authorityFile: certificates.caFile,
    certificate: certificates.issue("carrier", `IP:${host.address}`),
    srtp: "required",
    toneHz,
    answer: "auto",
  });
  closing.push(() => carrier.close());
  return { network, office, carrier, rtpengines };
}
