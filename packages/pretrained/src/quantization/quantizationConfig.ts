import { PretrainedError } from "../files/pretrainedError.ts";

/** What a `config.json` says about quantized weights. */
export interface QuantizationConfig {
  /** The field that says it. */
  readonly name: string;
  /** `quant_method`, or `mlx`. */
  readonly method: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const NAMES = ["quantization", "quantization_config", "compression_config"] as const;

/**
 * The config of a checkpoint's quantization. MLX writes its own twice, as `quantization` and as `quantization_config`.
 *
 * @param path that of the file, for messages
 * @throws PretrainedError if it is no object, or there are two that differ
 */
export function quantizationConfig(path: string, json: Readonly<Record<string, unknown>>): QuantizationConfig {
  const [name = NAMES[0], ...others] = NAMES.filter((each) => json[each] !== undefined && json[each] !== null);
  const fields = json[name];
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw new PretrainedError(`${path}: ${name}: expected an object, got ${JSON.stringify(fields).slice(0, 80)}`);
  }
  const other = others.find((each) => JSON.stringify(json[each]) !== JSON.stringify(fields));
  if (other !== undefined) {
    throw new PretrainedError(`${path}: ${other}: expected the same as in ${name}, got something else`);
  }
  return { name, method: methodOf(name, fields as Record<string, unknown>), fields: fields as Record<string, unknown> };
}

function methodOf(name: string, fields: Readonly<Record<string, unknown>>): string {
  const method = fields["quant_method"];
  if (typeof method === "string") return method;
  if (name === "quantization") return "mlx";
  if (name === "compression_config") return "compressed-tensors";
  if (fields["load_in_4bit"] === true || fields["load_in_8bit"] === true) return "bitsandbytes";
  return fields["group_size"] !== undefined && fields["bits"] !== undefined ? "mlx" : "";
}
