import type { Adapter, LowRankAdapter } from "@qkv/nn";
import { checkOptions, type OptionNames } from "@qkv/ops";
import { joinState, type StateEntry } from "@qkv/nn";
import { type SafeTensor, safeTensor, writeSafetensors } from "@qkv/safetensors";
import type { FamilyModel } from "@qkv/transformer";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { AnyFamily } from "../registry/findFamily.ts";
import { type HubModule, hubNames, type HubNames, starred } from "./hubModules.ts";
import { transposed } from "./loadAdapter.ts";

/** An adapter and the model that it is of, to save. */
export interface SaveAdapterOptions {
  readonly model: FamilyModel;
  /** What `loadAdapter` or `createAdapter` made for the model; on it or not. */
  readonly adapter: Adapter;
  /** The folder or the id of the model, for `base_model_name_or_path`: Python opens both by it. */
  readonly base?: string;
  /** The families that the model may be of. Default all of this project. */
  readonly families?: readonly AnyFamily[];
}

const NAMES: OptionNames<SaveAdapterOptions> = { model: true, adapter: true, base: true, families: true };

/** PEFT's names of what models are for; others have none. */
const TASK_TYPES: Readonly<Record<string, string>> = {
  causalLM: "CAUSAL_LM",
  seq2seqLM: "SEQ_2_SEQ_LM",
  speechSeq2seq: "SEQ_2_SEQ_LM",
  sequenceClassification: "SEQ_CLS",
  tokenClassification: "TOKEN_CLS",
  questionAnswering: "QUESTION_ANS",
  textEncoder: "FEATURE_EXTRACTION",
};

const PREFIX = "base_model.model.";

/**
 * Makes the files of an adapter by name, as Python's PEFT and `loadAdapter` open them: `adapter_config.json` and
 * `adapter_model.safetensors`, in float32.
 *
 * @throws PretrainedError if the adapter is of weights that no module of Hugging Face's model has as its own
 */
export async function adapterFiles(options: SaveAdapterOptions): Promise<Map<string, Uint8Array>> {
  checkOptions("adapterFiles", options, NAMES);
  const { model, adapter, base, families } = options;
  const names = hubNames("adapterFiles", model, families);
  const left = new Set(adapter.updates.keys());
  const tensors = new Map<string, SafeTensor>();
  const adapted: AdaptedModule[] = [];
  for (const module of names.modules.values()) {
    const updates = module.parts.flatMap(({ path }) => adapter.updates.get(path) ?? []);
    const [first] = updates;
    if (first === undefined) continue;
    expectOne(module, updates);
    for (const { path } of module.parts) left.delete(path);
    for (const [name, tensor] of await tensorsOf(module, updates)) tensors.set(name, tensor);
    adapted.push({ module, rank: first.a.shape[0] ?? 0, alpha: alphaOf(first, adapter.rankStabilized), update: first });
  }
  const [stranger] = left;
  if (stranger !== undefined) {
    throw new PretrainedError(
      `adapterFiles: expected adapters of modules of Hugging Face's model, got one of ${stranger}`,
    );
  }
  if (adapted.length === 0) throw new PretrainedError("adapterFiles: expected an adapter with an update, got none");
  const replaced = await replacedTensors(adapter, names);
  for (const [name, { shape, data }] of replaced) tensors.set(`${PREFIX}${name}`, safeTensor(data, shape, "F32"));
  const config = configOf({ adapter, adapted, names, base, replaced: [...replaced.keys()] });
  const sorted = new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1)));
  return new Map([
    ["adapter_config.json", new TextEncoder().encode(`${JSON.stringify(config, undefined, 2)}\n`)],
    ["adapter_model.safetensors", writeSafetensors(sorted, { format: "pt" })],
  ]);
}

interface AdaptedModule {
  readonly module: HubModule;
  readonly rank: number;
  readonly alpha: number;
  readonly update: LowRankAdapter;
}

/** Refuses updates of a joined module that have no A in common: the file has one. */
function expectOne({ name, parts, refusal }: HubModule, updates: readonly LowRankAdapter[]): void {
  if (refusal !== undefined) {
    throw new PretrainedError(`adapterFiles: expected modules that PEFT adapts, got ${name}, which ${refusal}`);
  }
  const [first] = updates;
  if (updates.length === parts.length && updates.every(({ a, scale }) => a === first?.a && scale === first.scale))
    return;
  throw new PretrainedError(
    `adapterFiles: expected one A for all of ${name}, which Hugging Face has as one module, ` +
      `got adapters of ${updates.length} of its ${parts.length} parts: make them with createAdapter`,
  );
}

async function tensorsOf(module: HubModule, updates: readonly LowRankAdapter[]): Promise<Map<string, SafeTensor>> {
  const [{ a, magnitude }] = updates as [LowRankAdapter];
  const [outputs = 0, ...inner] = module.shape;
  const rank = a.shape[0] ?? 0;
  const numbers = (await a.data()) as Float32Array;
  const rows = await Promise.all(updates.map(async ({ b }) => (await b.data()) as Float32Array));
  const b = module.join(rows, rank);
  const at = `${PREFIX}${module.name}`;
  if (module.kind === "embedding") {
    const [columns = 0] = inner;
    return new Map([
      [`${at}.lora_embedding_A`, safeTensor(transposed(b, outputs, rank), [rank, outputs], "F32")],
      [`${at}.lora_embedding_B`, safeTensor(transposed(numbers, rank, columns), [columns, rank], "F32")],
    ]);
  }
  const tensors = new Map([
    [`${at}.lora_A.weight`, safeTensor(numbers, [rank, ...inner], "F32")],
    [`${at}.lora_B.weight`, safeTensor(b, [outputs, rank, ...inner.slice(1).map(() => 1)], "F32")],
  ]);
  if (magnitude === undefined) return tensors;
  const lengths = await Promise.all(updates.map(async (each) => (await each.magnitude?.data()) as Float32Array));
  return tensors.set(`${at}.lora_magnitude_vector`, safeTensor(module.join(lengths, 1), [outputs], "F32"));
}

/** Alpha, without the digits that division and multiplication left. */
function alphaOf({ a, scale }: LowRankAdapter, rankStabilized: boolean): number {
  const rank = a.shape[0] ?? 0;
  return Number((scale * (rankStabilized ? Math.sqrt(rank) : rank)).toPrecision(12));
}

async function replacedTensors(adapter: Adapter, names: HubNames): Promise<Map<string, StateEntry>> {
  const state = new Map<string, StateEntry>();
  for (const [path, variable] of adapter.replacements()) {
    const name = names.parameters.get(path);
    if (name === undefined)
      throw new PretrainedError(`adapterFiles: expected a parameter with a name in files, got ${path}`);
    state.set(name, { shape: variable.shape, data: (await variable.data()) as Float32Array });
  }
  return new Map(joinState(state, names.rules, names.config));
}

function configOf({
  adapter,
  adapted,
  names,
  base,
  replaced,
}: {
  readonly adapter: Adapter;
  readonly adapted: readonly AdaptedModule[];
  readonly names: HubNames;
  readonly base: string | undefined;
  readonly replaced: readonly string[];
}): Record<string, unknown> {
  const rank = commonest(adapted.map((each) => each.rank));
  const alpha = commonest(adapted.map((each) => each.alpha));
  const others = (key: "rank" | "alpha", usual: number) =>
    Object.fromEntries(
      adapted.filter((each) => each[key] !== usual).map(({ module, ...each }) => [escaped(module.name), each[key]]),
    );
  const modules = new Set(adapted.map(({ module }) => module.name));
  const inside = (name: string) => modules.has(name.slice(0, name.lastIndexOf(".")));
  const saved = replaced.filter((name) => !(name.endsWith(".bias") && inside(name)));
  return {
    base_model_name_or_path: base ?? null,
    bias: saved.length < replaced.length ? "lora_only" : "none",
    fan_in_fan_out: adapted.some(({ module }) => module.isTransposed),
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: alpha,
    lora_dropout: adapter.dropout,
    modules_to_save:
      saved.length === 0 ? null : [...new Set(saved.map((name) => name.slice(0, name.lastIndexOf("."))))],
    peft_type: "LORA",
    r: rank,
    rank_pattern: others("rank", rank),
    alpha_pattern: others("alpha", alpha),
    target_modules: targetNames(modules, names),
    task_type: TASK_TYPES[names.task] ?? null,
    use_dora: adapted.some(({ update }) => update.magnitude !== undefined),
    use_rslora: adapter.rankStabilized,
  };
}

/**
 * The shortest names that are those of the adapted modules and of no others: the last step of each, if no other module of the
 * family has it; what comes after the number of the layer; or the whole.
 */
function targetNames(adapted: ReadonlySet<string>, { modules, patterns }: HubNames): string[] {
  const shorter = [
    (name: string) => name.slice(name.lastIndexOf(".") + 1),
    (name: string) => name.slice((/^.*\.\d+\./.exec(name)?.[0] ?? "").length),
  ];
  const all = [...modules.keys(), ...patterns.filter((pattern) => !isBuilt(pattern, modules))];
  for (const shorten of shorter) {
    const ends = [...new Set([...adapted].map(shorten))];
    const isNamed = (name: string) => ends.some((end) => name === end || name.endsWith(`.${end}`));
    if (all.every((name) => adapted.has(name) === isNamed(name))) return ends.sort();
  }
  return [...adapted].sort();
}

/** Whether the model has a module of a pattern, which stands for itself then. */
function isBuilt(pattern: string, modules: ReadonlyMap<string, HubModule>): boolean {
  return [...modules.keys()].some((name) => starred(`${name}.`) === `${pattern}.`);
}

function commonest(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1);
  const [[found] = [0]] = [...counts].sort(([, a], [, b]) => b - a);
  return found;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
