import { defineConfig, type Plugin, type UserConfig } from "vite";
import { shippedModels } from "./shippedModels.ts";

/** What one app adds to what all have. */
interface AppOptions {
  /** The models of the project that lie beside the page: "en-fr". */
  readonly models: readonly string[];
  /** What else the app's sources need to be built. */
  readonly plugins?: readonly Plugin[];
}

/** Scripts of the page and WebAssembly; nothing made of text. Other hosts only over https, for models asked for. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' https:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** With these a page may share memory between threads. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** How every app is built and served: static files that work from any folder of any server. */
export function appConfig({ models, plugins = [] }: AppOptions): UserConfig {
  return defineConfig({
    base: "./",
    // The packages' sources: the apps need no build but their own.
    resolve: { conditions: ["@qkv/source", "module", "browser", "import", "default"] },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      target: "es2022",
      assetsInlineLimit: 0, // the policy allows no data: addresses
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000, // of tfjs, in the worker
    },
    worker: {
      format: "es",
      // What a package loads when it is wanted, a page may want from the start.
      rolldownOptions: { checks: { ineffectiveDynamicImport: false } },
    },
    server: { headers: ISOLATION },
    preview: { headers: ISOLATION },
    plugins: [strictPolicy(), shippedModels(models), ...plugins],
  });
}

/** The policy stands in the page itself, so that it holds on any server. Vite's own page for development breaks it. */
function strictPolicy(): Plugin {
  return {
    name: "qkv:strict-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}
