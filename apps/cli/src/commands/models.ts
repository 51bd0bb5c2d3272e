import type { CachedModel } from "@qkv/pretrained/node";
import { Command } from "commander";
import { note } from "../note.ts";
import { writeJson } from "../output.ts";
import { textTable } from "../textTable.ts";
import { UsageError } from "../usageError.ts";

interface ModelsOptions {
  readonly json?: boolean;
  readonly verify?: boolean;
  readonly remove?: string;
}

/** `qkv models`: what ships and what was fetched. */
export function modelsCommand(): Command {
  return new Command("models")
    .description("List the models that ship with the program and those that were fetched and kept.")
    .option("--json", "one JSON object")
    .option("--verify", "read everything that is kept and compare it with its checksum; damaged files are removed")
    .option("--remove <ref>", "remove a fetched model")
    .action(runModels);
}

async function runModels({ json = false, verify = false, remove }: ModelsOptions): Promise<void> {
  if (remove !== undefined) return removeModel(remove);
  if (verify) return verifyModels(json);
  const { cacheFolder, listCachedModels, unfinishedDownloads } = await import("@qkv/pretrained/node");
  const { listShippedModels } = await import("../shippedCards.ts");
  const folder = cacheFolder();
  const shipped = await listShippedModels();
  const cached = await listCachedModels(folder);
  const unfinished = await unfinishedDownloads(folder);
  if (json) return writeJson({ shipped, folder, cached, unfinished });
  const rows = [
    ...shipped.map(({ model, bytes, license }) => [model, megabytes(bytes), license ?? "-", "ships"]),
    ...cached.map((model) => [model.ref, megabytes(model.bytes), model.license ?? "-", origin(model)]),
  ];
  process.stdout.write(textTable(rows, [1]));
  if (unfinished.files > 0) note(`unfinished downloads: ${unfinished.files}, ${megabytes(unfinished.bytes)}`);
  if (cached.length > 0) note(`fetched models are kept in ${folder}`);
}

async function removeModel(ref: string): Promise<void> {
  const { cacheFolder, removeCachedModel } = await import("@qkv/pretrained/node");
  const files = await removeCachedModel(cacheFolder(), ref);
  if (files === 0) throw new UsageError(`--remove: expected a model that qkv models lists as fetched, got ${ref}`);
  note(`removed ${ref}`);
}

async function verifyModels(json: boolean): Promise<void> {
  const { cacheFolder, verifyCache } = await import("@qkv/pretrained/node");
  const check = await verifyCache(cacheFolder());
  if (json) await writeJson(check);
  else process.stdout.write(`${check.whole} files are whole, ${check.damaged.length} damaged\n`);
  for (const ref of new Set(check.damaged))
    note(`${ref}: damaged files are removed, and fetched again when it is opened`);
  if (check.damaged.length > 0) process.exitCode = 1;
}

/** The hub and its revisions, or that it came from an address. */
function origin({ endpoint, revisions }: CachedModel): string {
  return [...(endpoint === undefined ? [] : [endpoint]), ...revisions.map(shortCommit)].join(" ") || "address";
}

function shortCommit(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 8) : revision;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
