import { svelte } from "@sveltejs/vite-plugin-svelte";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

const REPOSITORY = "../..";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // The hub's content policy allows files of its own and nothing else: no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1",
    fs: { allow: [REPOSITORY] },
    // While developing, the page talks to a hub that runs beside it.
    proxy: {
      "/api": loadEnv(mode, ".", "GRIDWARDEN_")["GRIDWARDEN_DESK_HUB"] ?? "http://127.0.0.1:8080",
    },
  },
  test: {
    dir: `${REPOSITORY}/tests/hub/desk`,
    globals: true,
    environment: "node",
  },
}));
