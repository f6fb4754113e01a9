import { defineConfig } from "vite";

const folder = (module: string | null): string => module?.split("/").at(-2) ?? "part";

export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/scarline/web/static",
    emptyOutDir: false, // hatch_build.py replaces what is there at once
    target: "es2022",
    // One style sheet and no preloads: a page must not make more than six requests.
    cssCodeSplit: false,
    modulePreload: false,
    // The Content-Security-Policy has no data: for scripts and fonts.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // main.tsx exports what pages share, so that it lies with the entry and a page is one more file.
      preserveEntrySignatures: "allow-extension",
      // By the name of its folder the server knows the file of a page, and has it fetched early.
      output: { chunkFileNames: ({ facadeModuleId }) => `assets/${folder(facadeModuleId)}-[hash].js` },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8126" } },
});
