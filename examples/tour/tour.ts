// What the programs of the tour share: how large a run is, where pictures go, how parameters are trained. In the page it is
// `apps/tour/src/program/worker/tourHelpers.ts` that stands here.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";

export { fit, take } from "./fit.ts";

await initBackend(["wasm", "cpu"]);

/** The whole of a run, or with QKV_PRESET=tiny one that shows in a second that the program works. */
export function preset<T>(sizes: { readonly full: T; readonly tiny: T }): T {
  return process.env["QKV_PRESET"] === "tiny" ? sizes.tiny : sizes.full;
}

/** Writes a picture into the folder that QKV_PICTURES names, `pictures` by default. */
export function savePicture(name: string, svg: string): void {
  const folder = process.env["QKV_PICTURES"] ?? "pictures";
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.svg`), svg);
}
