import type { Scoring } from "@qkv/transformer";
import { type ModelFiles, pathOf, readOptionalJson, type ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

const FILE = "config_sentence_transformers.json";

const SCORINGS: Readonly<Record<string, Scoring>> = { Identity: "none", Sigmoid: "sigmoid" };

/**
 * Reads how Sentence Transformers makes a score of a cross-encoder's number: from a file of its own, or by older versions from
 * `config.json`. Undefined if neither says.
 */
export async function readPairScoring(
  files: ModelFiles,
  config: Readonly<Record<string, unknown>>,
  options: ReadOptions,
): Promise<Scoring | undefined> {
  const own = await readOptionalJson(files, FILE, options);
  if (own?.["activation_fn"]) return scoringOf(pathOf(files, FILE), own["activation_fn"]);
  const older = config["sentence_transformers"] as { readonly activation_fn?: unknown } | null | undefined;
  const name = older?.activation_fn ?? config["sbert_ce_default_activation_function"] ?? undefined;
  return name === undefined ? undefined : scoringOf(pathOf(files, "config.json"), name);
}

/** @param name of a class of torch */
function scoringOf(path: string, name: unknown): Scoring {
  const scoring = typeof name === "string" ? SCORINGS[name.slice(name.lastIndexOf(".") + 1)] : undefined;
  if (scoring !== undefined) return scoring;
  const known = Object.keys(SCORINGS).join(" or ");
  throw new PretrainedError(
    `${path}: expected the activation of a cross-encoder to be ${known}, got ${JSON.stringify(name)}`,
  );
}
