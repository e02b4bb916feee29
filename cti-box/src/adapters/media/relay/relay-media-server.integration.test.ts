import { RecordingLog } from "../../../../testing/recording-log.ts";
import { itIsAMediaServer } from "../media-server.contract.ts";
import { createRelayMediaServer } from "./relay-media-server.ts";

itIsAMediaServer({
  name: "the embedded relay",
  open: async () => createRelayMediaServer({ listenAddress: "127.0.0.1", log: new RecordingLog() }),
  translates: false,
  dtlsRole: "either",
  close: async () => {},
});
