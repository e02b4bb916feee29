/**
 * The box as a program (`run-box.ts`), with its compiled code kept beside the packages: a box that was killed is back in a third of the time. Where that folder cannot be
 * written, or `NODE_DISABLE_COMPILE_CACHE` is set, everything works without.
 */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/la2-cti", import.meta.url)));
await import("./run-box.ts");
