/** The engine in a process of its own; asked by its parent, it tells what it holds. Started by `processes.ts`. */
import { startSipEngine } from "../../engine.ts";
import { heapAfterCollection } from "./heap.ts";

const engine = await startSipEngine({
  admin: { host: "127.0.0.1", port: 0 },
  secrets: ["soak"],
  contacts: ["sip:127.0.0.1:0;transport=udp,tcp"],
});
process.send?.({ kind: "started", adminPort: engine.admin.port, contacts: engine.contacts });
process.on("message", (question: "heap" | "load") => {
  void (async () => {
    const answer = question === "heap" ? await heapAfterCollection() : await engine.load();
    process.send?.({ kind: question, answer });
  })();
});
process.once("disconnect", () => void engine.close());
