import type { ModelSource } from "./modelSource.ts";

/** The files of each model that lies beside the page, by the model's name: the build writes it. */
declare const SHIPPED_MODELS: Readonly<Record<string, readonly string[]>>;

/** The models that came with the page, and need no network but the page's own server. */
export function shippedModels(): ModelSource[] {
  return Object.entries(SHIPPED_MODELS).map(([name, files]) => {
    return { kind: "shipped", name, base: new URL(`models/${name}/`, document.baseURI).href, files };
  });
}
