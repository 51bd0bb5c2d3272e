import { checkpointName, joinState, type SplitRule, splitArray, type Weight, type WeightRules } from "@qkv/nn";
import { type FamilyConfig, type FamilyModel, weightRulesOf } from "@qkv/transformer";
import { FAMILIES } from "../registry/families.ts";
import { type AnyFamily, checkFamilies, familyOfModel } from "../registry/findFamily.ts";

/** A module of Hugging Face's model with a matrix or a table, and the weights of ours that are its rows. */
export interface HubModule {
  /** Its name there: `model.layers.0.self_attn.q_proj`. */
  readonly name: string;
  readonly kind: "linear" | "convolution" | "embedding";
  /** In the order of the rows that the file has; several where it joins queries, keys and values. */
  readonly parts: readonly HubPart[];
  /** [O, I] of the linear map; of a convolution [O, C, h, w], of a table [V, E]. */
  readonly shape: readonly number[];
  /** Whether the module stores [I, O], as GPT-2's `Conv1D`. */
  readonly isTransposed: boolean;
  /** Why no adapter of it can be what PEFT's is; undefined if one can. */
  readonly refusal: string | undefined;
  /** Splits [O, n] of all its rows into those of each part. */
  split(data: Float32Array, columns: number): Float32Array[];
  /** Joins the rows of the parts again. */
  join(parts: readonly Float32Array[], columns: number): Float32Array;
}

/** A weight of the model under its path. */
export interface HubPart {
  readonly path: string;
  readonly weight: Weight;
}

/** The names of a model in Hugging Face's files. */
export interface HubNames {
  readonly modules: ReadonlyMap<string, HubModule>;
  readonly rules: WeightRules;
  readonly config: FamilyConfig;
  /** Path of a parameter -> its name in the files, after splitting. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Names of all modules of the family's files, those that this model lacks too, with `*` for an index. */
  readonly patterns: readonly string[];
  readonly task: string;
}

/** Lists the modules of a model by Hugging Face's names. @throws TypeError if it is of none of the families */
export function hubNames(
  who: string,
  model: FamilyModel,
  families: readonly AnyFamily[] = FAMILIES as readonly AnyFamily[],
): HubNames {
  checkFamilies(who, families);
  const { architecture } = familyOfModel(who, model, families);
  model.params.checkInUse(who);
  const { config } = model;
  const rules = weightRulesOf(architecture, config) as WeightRules;
  const { rename, split = [], transpose = [] } = rules;
  const parameters = new Map<string, string>();
  const found = new Map<string, { rule: SplitRule | undefined; parts: Map<string, HubPart> }>();
  for (const [path, weight] of model.params.weights()) {
    const name = checkpointName(rename, path);
    if (name === undefined) continue;
    parameters.set(path, name);
    if (weight.kind !== "matrix" && weight.kind !== "embedding") continue;
    const rule = split.find(({ into }) => into.includes(starred(name)));
    const stored = rule === undefined ? name : withIndices(rule.from, name);
    if (!stored.endsWith(".weight")) continue; // a parameter that is no module's weight
    const module = stored.slice(0, -".weight".length);
    const one = found.get(module) ?? { rule, parts: new Map<string, HubPart>() };
    one.parts.set(name, { path, weight });
    found.set(module, one);
  }
  const tied = tiedNames(rules, config);
  const modules = new Map<string, HubModule>();
  for (const [name, { rule, parts }] of found) {
    const names = rule === undefined ? [...parts.keys()] : rule.into.map((into) => withIndices(into, name));
    const ordered = names.flatMap((part) => parts.get(part) ?? []);
    const isTransposed = names.some((part) => transpose.includes(starred(part)));
    const [first] = ordered;
    if (first === undefined || ordered.length !== names.length) continue;
    const { kind, shape } = first.weight;
    const rows = ordered.reduce((sum, { weight }) => sum + (weight.shape[0] ?? 0), 0);
    const linear = shape.length === 2 ? "linear" : "convolution";
    modules.set(name, {
      name,
      kind: kind === "embedding" ? "embedding" : linear,
      parts: ordered,
      shape: [rows, ...shape.slice(1)],
      isTransposed,
      refusal: refusalOf({ name, rule, isTransposed, shape, tied: tied.get(`${name}.weight`) }),
      ...rowsOf(`${name}.weight`, rule, rows, config),
    });
  }
  const patterns = [...Object.values(rename), ...split.map(({ from }) => from)]
    .filter((name) => name.endsWith(".weight"))
    .map((name) => name.slice(0, -".weight".length));
  return { modules, rules, config, parameters, patterns, task: architecture.task };
}

function refusalOf({
  name,
  rule,
  isTransposed,
  shape,
  tied,
}: {
  readonly name: string;
  readonly rule: SplitRule | undefined;
  readonly isTransposed: boolean;
  readonly shape: readonly number[];
  readonly tied: string | undefined;
}): string | undefined {
  if (tied !== undefined) {
    return `shares its numbers with ${tied}, and PEFT adapts one of the two alone: a model with tie_word_embeddings false can have it`;
  }
  if (rule !== undefined && rule.axis !== (isTransposed ? 1 : 0)) return "is joined with others along its inputs";
  if (/\.experts(\.|$)/.test(name)) return "is of an expert, whose product is not one that takes adapters";
  if (shape.length !== 2 && shape.length !== 4)
    return "is neither a linear map nor a table nor a convolution of images";
  return undefined;
}

/** Names in the files of arrays that one array stands for, each with another of its names. */
function tiedNames({ tie }: WeightRules, config: FamilyConfig): ReadonlyMap<string, string> {
  if (tie === undefined) return new Map();
  const read = new Set(tie.reads(config));
  const pairs = tie.pairs(config).filter(([copy]) => !read.has(copy));
  return new Map(pairs.flatMap(([copy, source]) => [[copy, source] as const, [source, copy] as const]));
}

function rowsOf(
  stored: string,
  rule: SplitRule | undefined,
  rows: number,
  config: FamilyConfig,
): Pick<HubModule, "split" | "join"> {
  if (rule === undefined) return { split: (data) => [data], join: ([data]) => data as Float32Array };
  const rules = { split: [{ ...rule, axis: 0 as const }] };
  const names = rule.into.map((into) => withIndices(into, stored));
  return {
    split: (data, columns) => (splitArray(stored, [rows, columns], rules, config) ?? []).map(({ of }) => of(data)),
    join: (parts, columns) => {
      const entries = names.map((name, i) => {
        const data = parts[i] as Float32Array;
        return [name, { shape: [data.length / columns, columns], data }] as const;
      });
      return joinState(new Map(entries), rules, config).get(stored)?.data as Float32Array;
    },
  };
}

const INDEX = /(?<=\.)\d+(?=\.)/g;

/** A name with `*` for each index of a layer. */
export function starred(name: string): string {
  return name.replace(INDEX, "*");
}

function withIndices(pattern: string, name: string): string {
  const indices = name.match(INDEX) ?? [];
  let next = 0;
  return pattern.replaceAll("*", () => indices[next++] ?? "*");
}
