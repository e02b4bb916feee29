/** What is told of the rtpengines: whether new calls are served, and each of them with the legs that it has. */
import type { MediaHealth } from "../../../application/media-port.ts";
import type { RtpengineCall } from "./rtpengine-call.ts";
import type { RtpengineServer } from "./rtpengine-servers.ts";

export function healthOf(
  calls: readonly RtpengineCall[],
  servers: readonly RtpengineServer[],
  movedCalls: number,
): MediaHealth {
  const told = servers.map((server) => {
    const legs = calls.filter((call) => call.server === server).reduce((sum, { size }) => sum + size, 0);
    const ok = server.state === "answers";
    return { name: server.name, ok, text: `rtpengine at ${server.name}${ok ? "" : " does not answer"}, ${legs} legs` };
  });
  return {
    ok: told.some(({ ok }) => ok),
    detail: told.map(({ text }) => text).join("; "),
    servers: told.map(({ name, ok }) => ({ name, ok })),
    movedCalls,
  };
}
