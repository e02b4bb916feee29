/** The preload script alone: one CommonJS file without imports but electron's. */
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "dist/desktop/preload",
    emptyOutDir: true,
    target: "chrome140",
    minify: false,
    lib: { entry: "src/preload/preload.ts", formats: ["cjs"], fileName: () => "preload.cjs" },
    rollupOptions: { external: ["electron"] },
  },
});
