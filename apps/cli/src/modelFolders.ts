import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "./usageError.ts";

// The models lie in the installed package, or at the project's root: this file is in apps/cli/src, its build in dist.
const SHIPPED =
  ["../models", "../../../models"].map((url) => fileURLToPath(new URL(url, import.meta.url))).find(existsSync) ?? "";

/** The names of the models that ship with the program. */
export function shippedModels(): string[] {
  return SHIPPED === "" ? [] : readdirSync(SHIPPED).sort();
}

/**
 * The path of a model on this machine: a shipped model's name, or a path, of a GGUF file in a folder that exists too.
 * Undefined if it is neither.
 */
export function findLocalModel(ref: string): string | undefined {
  if (shippedModels().includes(ref)) return path.join(SHIPPED, ref);
  const isMissingFile = ref.endsWith(".gguf") && existsSync(path.dirname(ref)); // a slip, not the id of a model on the hub
  return existsSync(ref) || isMissingFile ? ref : undefined;
}

/** The shipped model that translates between two languages. @throws UsageError naming the pairs there are */
export function shippedTranslationModel(from: string, to: string): string {
  const name = [from, to].map((tag) => tag.split("-")[0]).join("-"); // of en-US as of en
  if (shippedModels().includes(name)) return name;
  throw new UsageError(
    `expected a language pair that a shipped model translates (${shippedPairs().join(", ")}), got ${from}-${to}; name another model with --model`,
  );
}

/** The language pairs of the shipped models. */
function shippedPairs(): string[] {
  return shippedModels().filter((name) => /^[a-z]{2,3}-[a-z]{2,3}$/.test(name));
}

// The classifier that ships, in the order of preference.
const CLASSIFIERS = ["cifar10", "fashion-mnist"];

/** The shipped model that classifies images. @throws UsageError if none ships */
export function shippedClassifier(): string {
  const name = CLASSIFIERS.find((classifier) => shippedModels().includes(classifier));
  if (name !== undefined) return name;
  throw new UsageError("--model: expected a model that classifies images, got none, and none is shipped");
}
