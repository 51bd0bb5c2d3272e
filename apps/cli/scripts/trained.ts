import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A recipe of `qkv train`, whose task names the command. */
export interface Recipe {
  readonly task: string;
  readonly [field: string]: unknown;
}

/** A run among others in the folder `out`, which keeps its recipe as NAME.json and the run as NAME/. */
export interface Run {
  readonly out: string;
  readonly name: string;
  readonly recipe: Recipe;
  readonly data: string;
  /** More options of `qkv train`, such as --threads 1. */
  readonly more: readonly string[];
}

/** Trains by a recipe to the end, from where it was; what has ended is not done again. Gives the figure of a run's last validation. */
export function trained({ out, name, recipe, data, more }: Run): (metric: string) => number {
  const folder = path.join(out, name);
  writeFileSync(`${folder}.json`, `${JSON.stringify(recipe, undefined, 2)}\n`);
  const begun = existsSync(path.join(folder, "checkpoints"))
    ? ["--resume", folder]
    : ["--out", folder, "--config", `${folder}.json`];
  const args = [...process.execArgv, "apps/cli/src/main.ts", "train", recipe.task, ...begun, "--data", data, ...more];
  const hasEnded = ["model/model.safetensors", "adapter/adapter_model.safetensors"].some((file) =>
    existsSync(path.join(folder, file)),
  );
  if (!hasEnded) {
    const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
    if (status !== 0) throw new Error(`${name}: expected the training to end, got status ${String(status)}`);
  }
  const lines = readFileSync(path.join(folder, "log.jsonl"), "utf8").trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { metrics?: Record<string, number> });
  return (metric) => events.flatMap(({ metrics }) => metrics?.[metric] ?? []).at(-1) ?? NaN;
}
