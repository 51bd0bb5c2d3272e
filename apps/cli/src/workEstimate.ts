import type { WorkEstimate } from "@qkv/backend";
import type { ModelFiles } from "@qkv/pretrained";

/** A model's `config.json`. */
type Config = Readonly<Record<string, unknown>>;

/**
 * The work of a pass of a model, for the choice of a backend, from the sizes that its `config.json` tells. Undefined where it tells
 * none, or cannot be read: opening the model says why.
 *
 * @param rows that go through the model at once; undefined if that is unknown
 */
export async function workOf(
  files: ModelFiles,
  rows: (config: Config) => number | undefined,
): Promise<WorkEstimate | undefined> {
  try {
    const bytes = await files.read("config.json");
    return bytes && estimateWork(JSON.parse(new TextDecoder().decode(bytes)) as Config, rows);
  } catch {
    return undefined;
  }
}

/** {@link workOf} of a config: of a model with more than one part, of its text or its images, as `rows` has them. */
export function estimateWork(config: Config, rows: (config: Config) => number | undefined): WorkEstimate | undefined {
  const [parameters, count] = [matrixParameters(config), rows(config)];
  return parameters === undefined || count === undefined ? undefined : { parameters, rows: count };
}

/** Parameters in the matrices of a transformer's layers: attention has 4 E², a feed-forward 2 E F, a gated one 3 E F. */
function matrixParameters(config: Config): number | undefined {
  const width = first(config, ["hidden_size", "d_model", "n_embd", "dim"]);
  const encoder = first(config, ["encoder_layers", "num_layers"]) ?? 0;
  const decoder = first(config, ["decoder_layers", "num_decoder_layers", "num_layers"]) ?? 0;
  const layers = first(config, ["num_hidden_layers", "n_layer", "n_layers"]) ?? encoder + decoder;
  if (width === undefined || layers === 0) return undefined;
  const inner = first(config, ["intermediate_size", "d_ff", "hidden_dim", "encoder_ffn_dim", "n_inner"]) ?? 4 * width;
  const maps = config["hidden_act"] === "silu" || config["is_gated_act"] === true ? 3 : 2;
  return layers * width * (4 * width + maps * inner);
}

/** The rows of an image: its patches and a class token; undefined where a config does not tell. */
export function imageRows(config: Config): number | undefined {
  const [size, patch] = [first(config, ["image_size"]), first(config, ["patch_size"])];
  return size === undefined || patch === undefined ? undefined : Math.floor(size / patch) ** 2 + 1;
}

/** The rows of texts, by four characters to a token. */
export function textRows(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
}

function first(config: Config, names: readonly string[]): number | undefined {
  const value = names.map((name) => config[name]).find((each) => typeof each === "number" && each > 0);
  return value as number | undefined;
}
