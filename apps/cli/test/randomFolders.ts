import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { loadPretrained, type Pretrained, type PretrainedModel } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { parseSafetensors, toFloat32 } from "@qkv/safetensors";
import { CausalLanguageModel, generate, parseGenerationOptions, Seq2SeqLanguageModel } from "@qkv/transformer";
import { modelForward } from "../src/forward/modelForward.ts";
import { NamedTensors } from "../src/forward/namedTensors.ts";
import { fillTokens, paddedRows } from "../src/generation/paddedRows.ts";

// Compares what this project makes of the folders of golden/random_folders.py with what transformers made of them:
//   npx tsx --conditions=@qkv/source apps/cli/test/randomFolders.ts FOLDER [wasm|cpu]

interface Generation {
  readonly options: Readonly<Record<string, unknown>>;
  readonly ids?: number[][];
  readonly error?: string;
}

interface Expected {
  readonly family: string;
  readonly error?: string;
  /** Whether what Python has at padding is not compared. */
  readonly ignorePadding?: boolean;
  readonly generations?: readonly Generation[];
}

type Verdict = "equal" | "refused by both" | "opened, where Python refuses" | "refused" | "wrong";

/** What was found for one pass, or one call of generate. */
interface Finding {
  readonly folder: string;
  readonly what: string;
  readonly verdict: Verdict;
  readonly detail?: string;
}

// Single precision, sums in another order, over a few layers.
const TOLERANCE = 2e-4;
/** The largest difference of those that are within it, by the family of their folders. */
const largest = new Map<string, number>();

async function compareFolder(path: string, name: string): Promise<Finding[]> {
  const expected = JSON.parse(await readFile(join(path, "expected.json"), "utf8")) as Expected;
  const finding = (what: string, verdict: Verdict, detail?: string): Finding => {
    return { folder: name, what, verdict, ...(detail !== undefined && { detail }) };
  };
  let pretrained: Pretrained;
  try {
    pretrained = await loadPretrained(await modelFolder(path));
  } catch (error) {
    return [finding("open", expected.error === undefined ? "refused" : "refused by both", (error as Error).message)];
  }
  const { model, generationConfig } = pretrained;
  try {
    if (expected.error !== undefined) return [finding("open", "opened, where Python refuses", expected.error)];
    const findings = [finding("forward", ...(await compareForward(model, path, expected)))];
    for (const each of expected.generations ?? []) {
      const what = `generate ${JSON.stringify(each.options)}`;
      findings.push(finding(what, ...(await compareGeneration(model, generationConfig, path, each))));
    }
    return findings;
  } finally {
    model.dispose();
  }
}

async function compareForward(
  model: PretrainedModel,
  path: string,
  { family, ignorePadding }: Expected,
): Promise<[Verdict, string?]> {
  const expected = parseSafetensors(await readFile(join(path, "expected.safetensors"))).tensors;
  const inputs = await NamedTensors.read(join(path, "inputs.safetensors"));
  let worst = ["", 0] as [string, number];
  for (const hiddenStates of [true, false]) {
    const outputs = modelForward(model, inputs, { hiddenStates, attentions: hiddenStates });
    for (const [name, tensor] of outputs) {
      const theirs = expected.get(name);
      if (theirs === undefined) continue;
      const counts = ignorePadding === true ? inputs.rows("attention_mask").flat() : undefined;
      const difference = largestDifference(await tensor.data(), toFloat32(theirs), counts);
      if (!(difference <= worst[1])) worst = [name, difference];
    }
    const missing = hiddenStates ? [...expected.keys()].find((name) => !outputs.has(name)) : undefined;
    if (missing !== undefined) worst = [missing, Infinity];
    for (const tensor of outputs.values()) tensor.dispose();
  }
  if (worst[1] <= TOLERANCE) largest.set(family, Math.max(largest.get(family) ?? 0, worst[1]));
  return worst[1] <= TOLERANCE ? ["equal"] : ["wrong", `${worst[0]} differs by ${worst[1]}`];
}

/** @param counts for each position whether it counts. Default all do */
function largestDifference(ours: ArrayLike<number>, theirs: Float32Array, counts?: readonly number[]): number {
  if (ours.length !== theirs.length) return Infinity;
  let most = 0;
  const width = theirs.length / (counts?.length ?? theirs.length);
  for (const [i, value] of theirs.entries()) {
    if (counts?.[Math.floor(i / width)] === 0) continue;
    const difference = Math.abs((ours[i] as number) - value) / Math.max(1, Math.abs(value));
    if (!(difference <= most)) most = difference;
  }
  return most;
}

async function compareGeneration(
  model: PretrainedModel,
  generationConfig: Readonly<Record<string, unknown>>,
  path: string,
  { options, ids, error }: Generation,
): Promise<[Verdict, string?]> {
  if (!(model instanceof Seq2SeqLanguageModel || model instanceof CausalLanguageModel))
    throw new TypeError("no such model");
  const inputs = await NamedTensors.read(join(path, "inputs.safetensors"));
  try {
    const file = { fields: generationConfig, path: "generation_config.json" };
    const settings = parseGenerationOptions(options, file);
    const attentionMask = inputs.rows("attention_mask");
    const found = await generate(model, inputs.rows("input_ids"), { ...settings, attentionMask });
    const ends = [settings.eosTokenId ?? model.generation.eosTokenId].flat();
    const rows = paddedRows(found, fillTokens(generationConfig["pad_token_id"] as number, ends, settings.numBeams));
    if (ids === undefined) return ["opened, where Python refuses", error ?? ""];
    const same = JSON.stringify(rows) === JSON.stringify(ids);
    return same ? ["equal"] : ["wrong", `expected ${JSON.stringify(ids)}, got ${JSON.stringify(rows)}`];
  } catch (thrown) {
    return [ids === undefined ? "refused by both" : "refused", (thrown as Error).message];
  }
}

const [root = "", backend = "wasm"] = process.argv.slice(2);
await initBackend(backend as "wasm" | "cpu");
const findings: Finding[] = [];
for (const name of (await readdir(root)).sort()) {
  const path = join(root, name);
  findings.push(
    ...(await compareFolder(path, name).catch((error: unknown): Finding[] => [
      { folder: name, what: "all", verdict: "wrong", detail: (error as Error).stack ?? "" },
    ])),
  );
}
const verdicts: readonly Verdict[] = ["equal", "refused by both", "opened, where Python refuses", "refused", "wrong"];
for (const { folder, what, verdict, detail } of findings.filter(({ verdict }) => verdict !== "equal")) {
  process.stdout.write(`${verdict}: ${folder}: ${what}${detail === undefined ? "" : `\n    ${detail}`}\n`);
}
process.stdout.write(`\n${"".padEnd(30)}${["folders", "passes", "searches"].map((h) => h.padStart(10)).join("")}\n`);
for (const verdict of verdicts) {
  const these = findings.filter((finding) => finding.verdict === verdict);
  const folders = new Set(these.map(({ folder }) => folder)).size;
  const searches = these.filter(({ what }) => what.startsWith("generate")).length;
  const counts = [folders, these.length - searches, searches].map((count) => String(count).padStart(10)).join("");
  process.stdout.write(`${verdict.padEnd(30)}${counts}\n`);
}
process.stdout.write("\nlargest difference of what is equal, by family:\n");
for (const [family, difference] of [...largest].sort(([a], [b]) => (a < b ? -1 : 1))) {
  process.stdout.write(`${family.padEnd(30)}${difference.toExponential(1).padStart(10)}\n`);
}
process.exitCode = findings.some(({ verdict }) => verdict === "wrong" || verdict === "refused") ? 1 : 0;
