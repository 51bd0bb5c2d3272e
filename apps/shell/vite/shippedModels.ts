import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The models as they ship, which the task build:models makes; before it has run, for a server of development, as they are. */
const PLACES = [join(ROOT, "apps/shell/models"), join(ROOT, "models")];

/** Puts models of the project beside the page under `models/`, and tells it in SHIPPED_MODELS which files they have. */
export function shippedModels(names: readonly string[]): Plugin {
  const filesOf = Object.fromEntries(names.map((name) => [name, filesIn(folderOf(name))]));
  const places = new Map<string, string>(
    names.flatMap((name) =>
      (filesOf[name] ?? []).map((file) => [`models/${name}/${file}`, join(folderOf(name), file)] as const),
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

function folderOf(name: string): string {
  const folders = PLACES.map((place) => join(place, name));
  return folders.find(existsSync) ?? (folders[0] as string);
}

/** What the page may ask for; the card is for people. */
function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((file) => /\.(?:json|safetensors|spm|txt)$/.test(file));
}
