/** The capture: every message that passes goes to a capture server (Homer) as a packet of HEP3. One owner opens and closes it. */
import type { BoundedLog } from "../log.ts";
import { maskSecrets } from "../watch/mask-secrets.ts";
import { callIdOf, localAddressOf, nowUs, type MessageTap } from "../watch/tap.ts";
import type { CaptureOptions } from "./capture-options.ts";
import { HepWriter } from "./hep-packet.ts";
import { HepSender, type CaptureCounters } from "./hep-sender.ts";

/** What sipcapture.org's own tools take when nobody says anything else. */
const usualCaptureId = 2_001;

export class Capture {
  readonly tap: MessageTap;
  readonly #sender: HepSender;

  constructor(options: CaptureOptions, log: BoundedLog) {
    const { captureId = usualCaptureId, authKey, nodeName, secrets = "masked" } = options;
    const writer = new HepWriter({ captureId, authKey, nodeName });
    const sender = new HepSender(options, log);
    this.#sender = sender;
    this.tap = (direction, bytes, flow) => {
      const local = { address: localAddressOf(flow), port: flow.listener.port };
      const remote = { address: flow.remoteAddress, port: flow.remotePort };
      const packet = writer.write({
        atUs: nowUs(),
        protocol: flow.protocol === "udp" ? "udp" : "tcp",
        source: direction === "sent" ? local : remote,
        destination: direction === "sent" ? remote : local,
        correlationId: callIdOf(bytes),
        payload: secrets === "masked" ? maskSecrets(bytes) : bytes,
      });
      if (packet === null) sender.counters.tooLong += 1;
      else sender.send(packet);
    };
  }

  get counters(): CaptureCounters {
    return this.#sender.counters;
  }

  close(): void {
    this.#sender.close();
  }
}
