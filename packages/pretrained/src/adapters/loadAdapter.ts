import { type Adapter, splitArray } from "@qkv/nn";
import { checkOptions, describeArgument } from "@qkv/ops";
import { parseSafetensors, type SafeTensor, toFloat32 } from "@qkv/safetensors";
import type { FamilyModel } from "@qkv/transformer";
import { type ModelFiles, pathOf, readJson, readOptionalFile, type ReadOptions } from "../files/modelFiles.ts";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";
import type { AnyFamily } from "../registry/findFamily.ts";
import { remoteFiles } from "../remote/remoteFiles.ts";
import type { RemoteOptions } from "../remote/options.ts";
import { adapterOf, type ModuleUpdate, type ReplacedNumbers } from "./adapterTensors.ts";
import { type HubModule, hubNames, type HubNames } from "./hubModules.ts";
import { byPattern, isChosen, isSaved } from "./moduleChoice.ts";
import { parsePeftConfig, type PeftConfig } from "./peftConfig.ts";

/** Options of {@link loadAdapter}, and for a remote adapter how it is fetched and cached. */
export interface LoadAdapterOptions extends ReadOptions, RemoteOptions {
  /** The families that the model may be of. Default all of this project. */
  readonly families?: readonly AnyFamily[];
}

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";

/**
 * Opens a LoRA adapter as Python's PEFT saves it, `adapter_config.json` and `adapter_model.safetensors`, for a model that is
 * loaded. The model is as before: `attach` puts the adapter on it. Everything of the file has to be of the model, with its
 * shape, and every module that the config names has to be there. The model may hold its own weights in any format.
 *
 * @param source its files, or a reference for {@link remoteFiles}: an id on the hub (`owner/name`) or an https address
 * @throws PretrainedError naming the file, the array, what was expected and what came; no tensor is left behind
 */
export async function loadAdapter(
  model: FamilyModel,
  source: ModelFiles | string,
  options: LoadAdapterOptions = {},
): Promise<Adapter> {
  const { families, ...reading } = options;
  const files = typeof source === "string" ? remoteFiles(source, reading) : source;
  if (typeof files?.read !== "function") {
    throw new PretrainedError(
      `loadAdapter: expected an adapter's files, its id on a hub or an https address, got ${describeArgument(source)}`,
    );
  }
  checkOptions<ReadOptions>("loadAdapter", { signal: options.signal }, { signal: true });
  const names = hubNames("loadAdapter", model, families);
  const config = parsePeftConfig(pathOf(files, CONFIG), await readJson(files, CONFIG, reading));
  const bytes = await readOptionalFile(files, WEIGHTS, reading);
  if (bytes === undefined) {
    const listed = (await files.list?.().catch(() => undefined)) ?? [];
    const other = listed.find((name) => name.startsWith("adapter_model.")) ?? "nothing";
    throw new PretrainedError(`${pathOf(files, WEIGHTS)}: expected a file, got ${other}`);
  }
  try {
    const { updates, replaced } = await readNumbers(parseSafetensors(bytes).tensors, names, config);
    return adapterOf(model, updates, replaced, config);
  } catch (error) {
    const of = config.base === undefined ? "" : ` (the adapter is of ${config.base})`;
    throw errorIn(pathOf(files, WEIGHTS), new Error(`${(error as Error).message}${of}`, { cause: error }));
  }
}

/** What the end of a tensor's name says that it is. */
const ENDINGS = [
  [/\.lora_A\.weight$/, "a"],
  [/\.lora_B\.weight$/, "b"],
  [/\.lora_embedding_A$/, "tableA"],
  [/\.lora_embedding_B$/, "tableB"],
  [/\.lora_magnitude_vector(?:\.weight)?$/, "magnitude"],
] as const;

type Side = (typeof ENDINGS)[number][1];

const PREFIX = "base_model.model.";

interface FoundModule {
  readonly module: HubModule;
  /** Its name in the adapter's file. */
  readonly stored: string;
  readonly sides: Partial<Record<Side, SafeTensor>>;
}

async function readNumbers(
  tensors: ReadonlyMap<string, SafeTensor>,
  names: HubNames,
  config: PeftConfig,
): Promise<{ updates: ModuleUpdate[]; replaced: ReplacedNumbers[] }> {
  const found = new Map<string, FoundModule>();
  const replaced: ReplacedNumbers[] = [];
  for (const [name, tensor] of tensors) {
    if (!name.startsWith(PREFIX)) throw new PretrainedError(`${name}: expected a name that begins with ${PREFIX}`);
    const inner = name.slice(PREFIX.length);
    const [ending, side] = ENDINGS.find(([pattern]) => pattern.test(inner)) ?? [];
    if (ending === undefined || side === undefined) {
      replaced.push(...(await replacedBy(name, inner.replace(".base_layer.", "."), tensor, names, config)));
      continue;
    }
    const stored = inner.replace(ending, "");
    const module = candidates(stored, names.rules.prefix).flatMap((each) => names.modules.get(each) ?? [])[0];
    if (module === undefined) throw new PretrainedError(`${name}: expected a module of the model, got ${stored}`);
    if (module.refusal !== undefined) {
      throw new PretrainedError(
        `${name}: expected a module that can be adapted, got ${stored}, which ${module.refusal}`,
      );
    }
    if (!isChosen(config.choice, stored, isInnerLinear(module, names))) {
      throw new PretrainedError(`${name}: expected a module that ${CONFIG} names as target_modules, got ${stored}`);
    }
    const one = found.get(module.name) ?? { module, stored, sides: {} };
    one.sides[side] = tensor;
    found.set(module.name, one);
  }
  expectAllThere(found, names, config);
  return { updates: [...found.values()].map((each) => updateOf(each, config)), replaced };
}

/** The names that the model may have for what a file of a base model, or of one with a head, has. */
function candidates(name: string, prefix: string): string[] {
  return [name, `${prefix}.${name}`, ...(name.startsWith(`${prefix}.`) ? [name.slice(prefix.length + 1)] : [])];
}

/** Whether a module is one of PEFT's `all-linear`: not the output layer of a generator, nor the head of a classifier. */
export function isInnerLinear({ name, kind }: HubModule, { task }: HubNames): boolean {
  if (kind !== "linear") return false;
  const heads = task === "sequenceClassification" ? CLASSIFIERS : OUTPUTS;
  return !heads.includes(name);
}

const OUTPUTS = ["lm_head", "embed_out", "cls.predictions.decoder", "lm_head.decoder", "proj_out", "vocab_projector"];
const CLASSIFIERS = ["score", "classifier"];

function expectAllThere(found: ReadonlyMap<string, FoundModule>, names: HubNames, { choice }: PeftConfig): void {
  const [one] = found.values();
  if (one === undefined) throw new PretrainedError("expected tensors of an adapter, got none");
  const { prefix } = names.rules;
  const shortened = (name: string) => (name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name);
  const inFile = (name: string) => {
    if (one.stored === one.module.name) return name;
    return one.stored.length < one.module.name.length ? shortened(name) : `${prefix}.${name}`;
  };
  for (const module of names.modules.values()) {
    if (module.refusal !== undefined || found.has(module.name)) continue;
    if (module.kind !== "linear" || !isChosen(choice, inFile(module.name), isInnerLinear(module, names))) continue;
    throw new PretrainedError(
      `${PREFIX}${inFile(module.name)}.lora_A.weight: expected an array, since ${CONFIG} names the module, got none`,
    );
  }
}

function updateOf({ module, stored, sides }: FoundModule, config: PeftConfig): ModuleUpdate {
  const rank = byPattern(config.rankPattern, stored, config.rank);
  const alpha = byPattern(config.alphaPattern, stored, config.alpha);
  const scale = alpha / (config.rankStabilized ? Math.sqrt(rank) : rank);
  const [outputs = 0, ...inner] = module.shape;
  const at = (side: string, shape: readonly number[], tensor: SafeTensor | undefined): Float32Array => {
    const name = `${PREFIX}${stored}.${side}`;
    if (tensor === undefined) throw new PretrainedError(`${name}: expected an array [${shape}], got none`);
    if (`${tensor.shape}` !== `${shape}`) {
      throw new PretrainedError(`${name}: expected shape [${shape}], got [${tensor.shape}]`);
    }
    if (!FLOATS.includes(tensor.dtype)) throw new PretrainedError(`${name}: expected floats, got ${tensor.dtype}`);
    return toFloat32(tensor);
  };
  if (module.kind === "embedding") {
    const [columns = 0] = inner;
    if (config.dora) throw new PretrainedError(`${stored}: expected use_dora of linear maps alone, got a table`);
    const a = transposed(at("lora_embedding_B", [columns, rank], sides.tableB), columns, rank);
    const b = transposed(at("lora_embedding_A", [rank, outputs], sides.tableA), rank, outputs);
    expectNoOthers(stored, sides, ["tableA", "tableB"]);
    return { module, rank, scale, a, b };
  }
  if (config.dora && module.kind === "convolution") {
    throw new PretrainedError(`${stored}: expected use_dora of linear maps alone, got a convolution`);
  }
  expectNoOthers(stored, sides, ["a", "b", ...(config.dora ? (["magnitude"] as const) : [])]);
  const ones = inner.slice(1).map(() => 1);
  const numbers = {
    a: at("lora_A.weight", [rank, ...inner], sides.a),
    b: at("lora_B.weight", [outputs, rank, ...ones], sides.b),
  };
  const magnitude = config.dora ? at("lora_magnitude_vector", [outputs], sides.magnitude) : undefined;
  return { module, rank, scale, ...numbers, magnitude };
}

const FLOATS: readonly string[] = ["F32", "F16", "BF16", "F64"];

function expectNoOthers(stored: string, sides: FoundModule["sides"], known: readonly Side[]): void {
  const other = (Object.keys(sides) as Side[]).find((side) => !known.includes(side));
  if (other === undefined) return;
  const names = { a: "lora_A", b: "lora_B", tableA: "lora_embedding_A", tableB: "lora_embedding_B" };
  const name = other === "magnitude" ? "lora_magnitude_vector without use_dora" : names[other];
  throw new PretrainedError(`${PREFIX}${stored}: expected ${known.join(" and ")} of this module, got ${name}`);
}

/** [rows, columns] -> [columns, rows] */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j] as number;
  }
  return result;
}

/** The parameters that an array of the file takes the place of: of a module saved whole, or a bias. */
async function replacedBy(
  name: string,
  stored: string,
  tensor: SafeTensor,
  { rules, config: modelConfig, parameters, modules }: HubNames,
  config: PeftConfig,
): Promise<ReplacedNumbers[]> {
  const module = stored.slice(0, stored.lastIndexOf("."));
  const isOfTable =
    stored.endsWith(".weight") &&
    candidates(module, rules.prefix).some((each) => modules.get(each)?.kind === "embedding");
  const isExpected = isSaved(config.choice, module) || (config.hasBiases && stored.endsWith("bias"));
  if (!isExpected) {
    const why = isOfTable ? ": a table that was changed beside its adapter is not supported" : "";
    throw new PretrainedError(
      `${name}: expected A or B of an adapter, a module of modules_to_save or a bias, got another array${why}`,
    );
  }
  const paths = new Map([...parameters].map(([path, known]) => [known, path]));
  for (const each of candidates(stored, rules.prefix)) {
    const whole = { name: each, shape: tensor.shape, of: (data: Float32Array) => data };
    const parts = splitArray(each, tensor.shape, rules, modelConfig) ?? [whole];
    if (!parts.every((part) => paths.has(part.name))) continue;
    if (!FLOATS.includes(tensor.dtype)) throw new PretrainedError(`${name}: expected floats, got ${tensor.dtype}`);
    const data = toFloat32(tensor);
    return parts.map((part) => ({ path: paths.get(part.name) as string, data: part.of(data), shape: part.shape }));
  }
  throw new PretrainedError(`${name}: expected a parameter of the model, got ${stored}`);
}
