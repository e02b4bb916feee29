/** Builds the page. Everything it needs is bundled: no remote fonts, scripts or styles. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "src/renderer",
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../../dist/renderer",
    emptyOutDir: true,
    // Assets stay files: a data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    target: "es2023",
    chunkSizeWarningLimit: 1500,
    // The softphone, and the screen on the office's wall.
    rollupOptions: { input: ["src/renderer/index.html", "src/renderer/wallboard.html"] },
  },
});
