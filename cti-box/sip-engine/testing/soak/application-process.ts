/** A drachtio-srf application in a process of its own that joins each caller with the callee whose port is the called number: node application-process.ts CONTROL-PORT. */
import Srf from "drachtio-srf";
import { joinCalls } from "../back-to-back.ts";
import { heapAfterCollection } from "./heap.ts";

const srf = new Srf();
srf.on("connect", (error?: Error) => {
  if (error) throw error;
  process.send?.({ kind: "started" });
});
srf.on("error", () => undefined);
const counts = joinCalls(srf, (uri) => `sip:callee@127.0.0.1:${/^sip:(\d+)@/.exec(uri)?.[1] ?? "9"}`);
process.on("message", (question: "heap" | "counts") => {
  void (async () => {
    const answer = question === "heap" ? await heapAfterCollection() : Object.fromEntries(counts.failures);
    process.send?.({ kind: question, answer });
  })();
});
process.once("disconnect", () => srf.disconnect());
void srf.connect({ host: "127.0.0.1", port: Number(process.argv[2]), secret: "soak" });
