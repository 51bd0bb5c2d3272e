import { ConfigFields } from "../quantization/configFields.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { ModuleChoice } from "./moduleChoice.ts";

/** What `adapter_config.json` of PEFT says of a LoRA adapter. */
export interface PeftConfig {
  readonly choice: ModuleChoice;
  readonly rank: number;
  readonly alpha: number;
  /** Ranks and alphas of some modules, by a pattern of the ends of their names. */
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  readonly rankStabilized: boolean;
  /** The share of a module's input that its update drops in training. */
  readonly dropout: number;
  readonly dora: boolean;
  /** Whether biases are part of the adapter. */
  readonly hasBiases: boolean;
  /** The folder or the id of the model that it was made for, in words. */
  readonly base: string | undefined;
}

/** Fields that say how an adapter was trained or made, and nothing of what it computes. */
const OF_TRAINING = [
  ...["task_type", "auto_mapping", "peft_version", "inference_mode", "revision", "fan_in_fan_out"],
  ...["runtime_config", "eva_config", "corda_config", "lora_ga_config", "loftq_config", "ephemeral_gpu_offload"],
  ...["megatron_core", "qalora_group_size", "ensure_weight_tying", "target_modules_to_tie"],
];

/** Fields that change what an adapter computes, in ways that are not known here: they have to be off. */
const NOT_KNOWN = {
  lora_bias: "a bias of its own beside B",
  target_parameters: "parameters that are no module's weight",
  trainable_token_indices: "tokens of the table trained by themselves",
  layer_replication: "layers used more than once",
  alora_invocation_tokens: "an adapter that begins at a word (aLoRA)",
  arrow_config: "a mixture of adapters (Arrow)",
  use_qalora: "QALoRA",
  use_bdlora: "block-diagonal factors (BD-LoRA)",
  monteclora_config: "MonteCLoRA",
  velora_config: "VeLoRA",
  megatron_config: "Megatron's layers",
  mole_config: "a mixture of experts",
};

/** How A and B may have begun; the others change the weights of the base too. */
const STARTS = ["gaussian", "eva", "orthogonal"];

/**
 * Reads an `adapter_config.json`.
 *
 * @param path that of the file, for messages
 * @throws PretrainedError naming a field that is wrong, or that changes numbers in a way that is not known
 */
export function parsePeftConfig(path: string, json: Readonly<Record<string, unknown>>): PeftConfig {
  const fields = new ConfigFields(json, path);
  const fail = (name: string, expected: string) => {
    throw new PretrainedError(`${path}: ${name}: expected ${expected}, got ${JSON.stringify(json[name]) ?? "none"}`);
  };
  if (fields.value("peft_type") !== "LORA") fail("peft_type", '"LORA"');
  for (const name of OF_TRAINING) fields.value(name);
  for (const [name, meaning] of Object.entries(NOT_KNOWN)) {
    if (isOn(fields.value(name))) fail(name, `none, since ${meaning} is not supported`);
  }
  const start = fields.value("init_lora_weights") ?? true;
  if (typeof start !== "boolean" && !STARTS.includes(String(start))) {
    fail(
      "init_lora_weights",
      `true or ${STARTS.join(" or ")}: others change the base's weights, and PEFT saves them so`,
    );
  }
  const bias = fields.choice("bias", ["none", "all", "lora_only"] as const, "none");
  const config: PeftConfig = {
    choice: {
      targets: namesOrPattern(fields, "target_modules", fail) ?? [],
      excluded: namesOrPattern(fields, "exclude_modules", fail) ?? [],
      layers: [fields.value("layers_to_transform") ?? []].flat() as number[],
      layersPattern: [fields.value("layers_pattern") ?? []].flat() as string[],
      saved: fields.texts("modules_to_save"),
    },
    rank: fields.size("r", [], 8),
    alpha: aNumber(fields, "lora_alpha", fail, 8),
    rankPattern: numbers(fields, "rank_pattern", fail),
    alphaPattern: numbers(fields, "alpha_pattern", fail),
    rankStabilized: fields.choice("use_rslora", [true, false], false),
    dropout: aNumber(fields, "lora_dropout", fail, 0),
    dora: fields.choice("use_dora", [true, false], false),
    hasBiases: bias !== "none",
    base: text(fields.value("base_model_name_or_path")),
  };
  if (!(config.dropout >= 0 && config.dropout < 1)) fail("lora_dropout", "a share in [0, 1)");
  if (!config.choice.layers.every((each) => Number.isSafeInteger(each)))
    fail("layers_to_transform", "numbers of layers");
  if (!config.choice.layersPattern.every((each) => typeof each === "string")) fail("layers_pattern", "names");
  const unknown = fields.names.find((name) => !KNOWN.has(name) && isOn(fields.value(name)));
  if (unknown !== undefined) fail(unknown, "no field of this name, whose meaning is not known");
  return config;
}

const KNOWN = new Set([
  ...[...OF_TRAINING, ...Object.keys(NOT_KNOWN), "peft_type", "init_lora_weights", "bias", "target_modules"],
  ...["exclude_modules", "layers_to_transform", "layers_pattern", "modules_to_save", "r", "lora_alpha", "lora_dropout"],
  ...["rank_pattern", "alpha_pattern", "use_rslora", "use_dora", "base_model_name_or_path"],
]);

/** Whether a field's value asks for something. */
function isOn(value: unknown): boolean {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== "" && !isEmpty;
}

type Fail = (name: string, expected: string) => void;

/** Names in a list, or a pattern of whole names. */
function namesOrPattern(fields: ConfigFields, name: string, fail: Fail): readonly string[] | string | undefined {
  const value = fields.value(name);
  if (value === undefined || typeof value === "string") return value;
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) fail(name, "names or a pattern");
  return value as string[];
}

function numbers(fields: ConfigFields, name: string, fail: Fail): Readonly<Record<string, number>> {
  const value = fields.value(name) ?? {};
  const isRecord = typeof value === "object" && !Array.isArray(value);
  if (!isRecord || !Object.values(value as object).every((each) => typeof each === "number" && each > 0)) {
    fail(name, "positive numbers by pattern");
  }
  return value as Record<string, number>;
}

function aNumber(fields: ConfigFields, name: string, fail: Fail, otherwise: number): number {
  const value = fields.value(name) ?? otherwise;
  if (typeof value !== "number" || !Number.isFinite(value)) fail(name, "a number");
  return value as number;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
