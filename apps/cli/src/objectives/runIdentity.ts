import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { FamilyModel } from "@qkv/transformer";
import { UsageError } from "../usageError.ts";
import { type RunFolder, writeJson } from "../training/runFolder.ts";
import type { DataFile } from "./examples.ts";
import type { ObjectiveRecipe } from "./objectiveRecipes.ts";

/** What a run is of, and what it may not be resumed without. */
interface RunIdentity {
  /** SHA-256 of the files, by their names in the recipe. */
  readonly data: Readonly<Record<string, string>>;
  readonly architecture: string;
  /** SHA-256 of names, shapes and numbers that the model began with. */
  readonly model: string;
  /** The same of the teacher's; none without one. */
  readonly teacher?: string;
  readonly optimizer: string;
  readonly trained: number;
}

const FILE = "run.json";

/** What is compared, in words. */
const PARTS = {
  data: "data",
  architecture: "architecture",
  model: "model",
  teacher: "teacher",
  optimizer: "optimizer",
  trained: "number of trained parameters",
} as const satisfies Record<keyof RunIdentity, string>;

/** What a run with these is of. The model has the numbers that it begins with. */
export async function runIdentity(
  { training, data }: ObjectiveRecipe,
  files: readonly DataFile[],
  {
    architecture,
    model,
    trained,
    teacher,
  }: {
    readonly architecture: string;
    readonly model: FamilyModel;
    readonly trained: number;
    readonly teacher: FamilyModel | undefined;
  },
): Promise<RunIdentity> {
  const names = [data.training, ...(data.validation === undefined ? [] : [data.validation])];
  return {
    data: Object.fromEntries(names.map((name, i) => [name, (files[i] as DataFile).sha256])),
    architecture,
    model: await fingerprint(model),
    ...(teacher !== undefined && { teacher: await fingerprint(teacher) }),
    optimizer: training.optimizer,
    trained,
  };
}

/**
 * Holds a resumed run to what it began with. A run that was killed before that was written has made no step.
 *
 * @throws UsageError naming what is another, what was expected and what came
 */
export async function checkIdentity({ folder }: RunFolder<unknown>, identity: RunIdentity): Promise<void> {
  const file = path.join(folder, FILE);
  if (!existsSync(file)) return;
  const before = JSON.parse(await readFile(file, "utf8")) as RunIdentity;
  for (const [part, what] of Object.entries(PARTS) as [keyof RunIdentity, string][]) {
    const [expected, got] = [before[part], identity[part]].map((value) => JSON.stringify(value));
    if (expected === got) continue;
    throw new UsageError(`--resume: expected the ${what} that the run began with (${expected}), got ${got}`);
  }
}

/** Writes down what a new run is of. */
export async function keepIdentity({ folder }: RunFolder<unknown>, identity: RunIdentity): Promise<void> {
  const file = path.join(folder, FILE);
  if (!existsSync(file)) await writeJson(file, identity);
}

async function fingerprint({ params }: FamilyModel): Promise<string> {
  const hash = createHash("sha256");
  for (const [name, { shape, parts }] of params.weights()) {
    const values = await parts.data.data();
    hash
      .update(`${name} ${shape.join()}\n`)
      .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex");
}
