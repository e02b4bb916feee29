/** Builds the desktop shell: main process (ES module), preload (CommonJS, because it runs sandboxed) and the setup page. */
import { copyFileSync, mkdirSync } from "node:fs";
import { defineConfig } from "vite";

const setupFiles = ["index.html", "setup.css"];

export default defineConfig({
  build: {
    outDir: "dist/desktop",
    emptyOutDir: true,
    target: "node24",
    minify: false,
    rollupOptions: {
      input: { "main/main": "src/main/main.ts", "setup/setup": "src/setup/setup.ts" },
      external: ["electron", /^node:/],
      output: { entryFileNames: "[name].js", format: "es" },
    },
  },
  plugins: [
    {
      name: "copy-setup-page",
      closeBundle() {
        mkdirSync("dist/desktop/setup", { recursive: true });
        for (const file of setupFiles) copyFileSync(`src/setup/${file}`, `dist/desktop/setup/${file}`);
      },
    },
  ],
});
