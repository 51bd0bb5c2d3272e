import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// With these a page may share memory between threads; without them, or on servers that cannot send them, one computes.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({ plugins: [react()], server: { headers }, preview: { headers } });
