import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Puts model folders, named from the root of the workspace, beside the page under `models/`, and tells it in
 * SHIPPED_MODELS which files they have.
 */
export function shippedModels(folders: readonly string[]): Plugin {
  const filesOf = Object.fromEntries(folders.map((folder) => [basename(folder), filesIn(join(ROOT, folder))]));
  const places = new Map(
    folders.flatMap((folder) =>
      filesIn(join(ROOT, folder)).map((file) => [`models/${basename(folder)}/${file}`, join(ROOT, folder, file)]),
    ),
  );
  return {
    name: "qkv:shipped-models",
    config: () => ({ define: { SHIPPED_MODELS: JSON.stringify(filesOf) } }),
    generateBundle() {
      for (const [fileName, place] of places) this.emitFile({ type: "asset", fileName, source: readFileSync(place) });
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const place = places.get(new URL(request.url ?? "/", "http://localhost").pathname.slice(1));
        if (place === undefined) return next();
        response.setHeader("Content-Length", statSync(place).size);
        createReadStream(place).pipe(response);
      });
    },
  };
}

/** What the page may ask for; the card is for people. */
function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((file) => /\.(?:json|safetensors|spm|txt)$/.test(file));
}
