import { defineConfig } from "vite";

// One classic script and one style: from file:// neither modules nor fetch work.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../llmlineage/explorer/page",
    emptyOutDir: false,
    target: "es2022",
    cssCodeSplit: false,
    reportCompressedSize: true,
    lib: { entry: "src/main.tsx", formats: ["iife"], name: "explorer", fileName: () => "explorer.js", cssFileName: "explorer" },
  },
  define: { "process.env.NODE_ENV": '"production"' },
});
