/** Which of its addresses the box names to its rtpengines. Nobody has to answer: the system knows the way. */
import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { RecordingLog } from "../../../../testing/recording-log.ts";
import { RtpengineServers } from "./rtpengine-servers.ts";

const own = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

it.skipIf(own === undefined)(
  "with one rtpengine on this machine and one elsewhere, the address that both reach",
  async () => {
    const [here, elsewhere] = [
      { ngHost: "127.0.0.1", ngPort: 9 },
      { ngHost: own ?? "", ngPort: 9 },
    ];
    const addressTowards = async (servers: Parameters<typeof RtpengineServers.open>[0]): Promise<string> => {
      const opened = await RtpengineServers.open(servers, { log: new RecordingLog(), hasSubstitute: false });
      const { localAddress } = opened;
      await opened.close();
      return localAddress;
    };
    expect(await addressTowards([here])).toBe("127.0.0.1");
    expect(await addressTowards([here, elsewhere])).toBe(own);
  },
);
