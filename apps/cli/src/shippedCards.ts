import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { findLocalModel, shippedModels } from "./modelFolders.ts";

/** A model that ships with the program. */
export interface ShippedModel {
  readonly model: string;
  /** Of all its files. */
  readonly bytes: number;
  /** What the front matter of its card says. */
  readonly license?: string;
}

/** The models that ship, with their sizes and licences. */
export async function listShippedModels(): Promise<ShippedModel[]> {
  return Promise.all(shippedModels().map(describe));
}

async function describe(model: string): Promise<ShippedModel> {
  const folder = findLocalModel(model) ?? "";
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  const card = names.includes("README.md") ? await readFile(path.join(folder, "README.md"), "utf8") : "";
  const license = licenseOf(card);
  return { model, bytes: sizes.reduce((sum, size) => sum + size, 0), ...(license !== undefined && { license }) };
}

/** The licence in a model card's front matter, the lines between two of `---` at its beginning. */
export function licenseOf(card: string): string | undefined {
  const [, front = ""] = /^---\r?\n([^]*?)\r?\n---/.exec(card) ?? [];
  const field = (name: string) => new RegExp(`^${name}:\\s*["']?(.+?)["']?\\s*$`, "m").exec(front)?.[1];
  const license = field("license");
  return license === "other" ? (field("license_name") ?? license) : license;
}
