import { type Adapter, RandomStream } from "@qkv/nn";
import { checkOptions, denseOf, type OptionNames } from "@qkv/ops";
import type { FamilyModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { AnyFamily } from "../registry/findFamily.ts";
import { adapterOf, type ModuleUpdate, type ReplacedNumbers } from "./adapterTensors.ts";
import { type HubModule, hubNames } from "./hubModules.ts";
import { isInnerLinear } from "./loadAdapter.ts";
import { byPattern, isChosen, isSaved } from "./moduleChoice.ts";

/** Options of {@link createAdapter}: what PEFT's `LoraConfig` has, by its meaning. */
export interface CreateAdapterOptions {
  /** r, the rank of the updates. */
  readonly rank: number;
  /** Updates are scaled by alpha / rank. Default `rank`. */
  readonly alpha?: number;
  /**
   * The modules to adapt, by the ends of their names in Hugging Face's model (`["q_proj", "v_proj"]`), by a regular expression
   * of whole names, or `all-linear`: all linear maps but the output layer. Default `all-linear`.
   */
  readonly targetModules?: readonly string[] | string;
  /** Modules that are left out, in the same way. */
  readonly excludeModules?: readonly string[] | string;
  /** Only these layers. Default all. */
  readonly layers?: readonly number[];
  /** Ranks of some modules, by a regular expression of the ends of their names. */
  readonly rankPattern?: Readonly<Record<string, number>>;
  /** Alphas of some modules, in the same way. */
  readonly alphaPattern?: Readonly<Record<string, number>>;
  /** Scales by alpha / sqrt(rank) (rsLoRA). Default false. */
  readonly rankStabilized?: boolean;
  /** Learns the length of each row too (DoRA), of linear maps alone. Default false. */
  readonly dora?: boolean;
  /** The share of an update's input that is dropped in training, by `adapter.withDropout`. Default 0. */
  readonly dropout?: number;
  /** Modules that are trained and saved whole, such as a new head. */
  readonly modulesToSave?: readonly string[];
  /** The start of A follows from it and from the module's name. B starts from zeros. Default 0. */
  readonly seed?: number;
  /** The families that the model may be of. Default all of this project. */
  readonly families?: readonly AnyFamily[];
}

const NAMES: OptionNames<CreateAdapterOptions> = {
  ...{ rank: true, alpha: true, targetModules: true, excludeModules: true, layers: true, rankPattern: true },
  ...{
    alphaPattern: true,
    rankStabilized: true,
    dora: true,
    dropout: true,
    modulesToSave: true,
    seed: true,
    families: true,
  },
};

/**
 * Makes a new LoRA adapter for a model of Hugging Face's, in the names that PEFT uses there: `attach` it, and give the optimizer
 * `adapter.named()`. The model may hold its weights in any format. It computes what it did before until it is trained.
 *
 * @throws RangeError if no module has a name that is chosen, or one that cannot be adapted
 */
export async function createAdapter(model: FamilyModel, options: CreateAdapterOptions): Promise<Adapter> {
  checkOptions("createAdapter", options, NAMES);
  const { rank, alpha = rank, rankPattern = {}, alphaPattern = {}, seed = 0, rankStabilized = false } = options;
  const { dropout = 0 } = options;
  if (!Number.isSafeInteger(rank) || rank < 1) throw new RangeError(`createAdapter: expected rank from 1, got ${rank}`);
  if (!Number.isFinite(alpha))
    throw new RangeError(`createAdapter: expected alpha to be a finite number, got ${alpha}`);
  if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`createAdapter: expected dropout in [0, 1), got ${dropout}`);
  const names = hubNames("createAdapter", model, options.families);
  const choice = {
    targets: options.targetModules ?? "all-linear",
    excluded: options.excludeModules ?? [],
    layers: options.layers ?? [],
    layersPattern: [],
    saved: options.modulesToSave ?? [],
  };
  const chosen = [...names.modules.values()].filter((module) =>
    isChosen(choice, module.name, isInnerLinear(module, names)),
  );
  const isAll = typeof choice.targets === "string";
  const adaptable = chosen.filter(({ refusal }) => !isAll || refusal === undefined);
  if (adaptable.length === 0) {
    const known = [...new Set([...names.modules.keys()].map((name) => name.slice(name.lastIndexOf(".") + 1)))].join(
      ", ",
    );
    throw new RangeError(
      `createAdapter: expected targetModules to name modules of the model (${known}), got ${JSON.stringify(choice.targets)}`,
    );
  }
  const updates: ModuleUpdate[] = [];
  for (const module of adaptable) {
    const { name, refusal, kind } = module;
    if (refusal !== undefined)
      throw new RangeError(`createAdapter: expected modules that can be adapted, got ${name}, which ${refusal}`);
    if (options.dora === true && kind !== "linear")
      throw new RangeError(`createAdapter: expected dora of linear maps alone, got ${name}`);
    const r = byPattern(rankPattern, name, rank);
    const scale = byPattern(alphaPattern, name, alpha) / (rankStabilized ? Math.sqrt(r) : r);
    const inputs = tf.util.sizeFromShape(module.shape.slice(1));
    const outputs = module.shape[0] ?? 0;
    const magnitude = options.dora === true ? await rowLengths(module) : undefined;
    const a = startOfA(name, r, inputs, seed);
    updates.push({ module, rank: r, scale, a, b: new Float32Array(outputs * r), magnitude });
  }
  return adapterOf(model, updates, await replacedBy(model, names.parameters, choice), { rankStabilized, dropout });
}

/** Uniform values in ±1 / sqrt(inputs): Kaiming's with a slope of sqrt(5), PEFT's. */
function startOfA(name: string, rank: number, inputs: number, seed: number): Float32Array {
  const random = [...name].reduce((stream, letter) => stream.fork(letter.charCodeAt(0)), new RandomStream(seed));
  const limit = 1 / Math.sqrt(inputs);
  return Float32Array.from({ length: rank * inputs }, () => (2 * random.uniform() - 1) * limit);
}

/** The lengths of the rows of a module's weight: [O]. */
async function rowLengths(module: HubModule): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (const { weight } of module.parts) {
    const lengths = tf.tidy(() => tf.sqrt(tf.sum(tf.square(denseOf(weight)), 1)));
    parts.push((await lengths.data()) as Float32Array);
    lengths.dispose();
  }
  return module.join(parts, 1);
}

/** Copies of what is saved whole. */
async function replacedBy(
  model: FamilyModel,
  parameters: ReadonlyMap<string, string>,
  choice: { readonly saved: readonly string[] },
): Promise<ReplacedNumbers[]> {
  const weights = model.params.weights();
  const chosen = [...parameters].filter(([, name]) => isSaved(choice, name.slice(0, name.lastIndexOf("."))));
  if (choice.saved.length > 0 && chosen.length === 0) {
    throw new RangeError(
      `createAdapter: expected modulesToSave to name modules of the model, got ${choice.saved.join(", ")}`,
    );
  }
  const copies = chosen.map(async ([path]) => {
    const weight = weights.get(path);
    if (weight === undefined || weight.format !== "f32") {
      throw new RangeError(
        `createAdapter: expected modulesToSave to be float32, got ${path}, which is packed: load the model with { dtype: "float32" }`,
      );
    }
    return { path, data: (await weight.parts.data.data()).slice() as Float32Array };
  });
  return Promise.all(copies);
}
