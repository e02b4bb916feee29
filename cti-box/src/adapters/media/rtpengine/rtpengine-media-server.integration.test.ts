import { it } from "vitest";
import { hasRtpengine, startRtpengine } from "../../../../testing/media-peers/rtpengine-process.ts";
import type { RtpengineProcess } from "../../../../testing/media-peers/rtpengine-process.ts";
import { RecordingLog } from "../../../../testing/recording-log.ts";
import { itIsAMediaServer } from "../media-server.contract.ts";
import { itSurvivesItsServer } from "./outages.contract.ts";
import { openRtpengineMediaServer } from "./rtpengine-media-server.ts";

if (hasRtpengine()) {
  let rtpengine: RtpengineProcess | null = null;
  itIsAMediaServer({
    name: "rtpengine",
    open: async () => {
      rtpengine = await startRtpengine({ debug: process.env["LA2_RTPENGINE_DEBUG"] !== undefined });
      return openRtpengineMediaServer({
        ngHost: rtpengine.ngHost,
        ngPort: rtpengine.ngPort,
        keyLog: { host: rtpengine.ngHost, port: rtpengine.dtmfLogPort },
        log: new RecordingLog(),
      });
    },
    translates: true,
    dtlsRole: "server",
    close: async () => rtpengine?.close(),
  });
  itSurvivesItsServer();
} else {
  const why = "rtpengine is not installed (Debian package rtpengine-daemon): its media server was NOT tested";
  it.skipIf(process.env["CI"] === undefined)(why, () => {
    throw new Error(why);
  });
}
