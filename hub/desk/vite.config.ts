import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, loadEnv } from "vite";

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
    // While developing, the page talks to a hub that runs beside it.
    proxy: { "/api": loadEnv(mode, ".", "GRIDWARDEN_")["GRIDWARDEN_DESK_HUB"] ?? "http://127.0.0.1:8080" },
  },
}));
