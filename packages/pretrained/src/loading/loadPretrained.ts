import { checkOptions } from "@qkv/ops";
import type { ModelFiles } from "../files/modelFiles.ts";
import { type BuiltInFamily, FAMILIES } from "../registry/families.ts";
import { type AnyFamily, checkFamilies } from "../registry/findFamily.ts";
import { OPEN_OPTIONS, type OpenOptions, openPretrained } from "./openPretrained.ts";
import type { Pretrained } from "./pretrained.ts";

/** Options of {@link loadPretrained}. */
export interface LoadPretrainedOptions<F extends AnyFamily = BuiltInFamily> extends OpenOptions {
  /** The families that the model may be of, such as `[marian]` of `@qkv/transformer`. Default all of this project. */
  readonly families?: readonly F[];
}

/**
 * Opens a model folder in Hugging Face's format: `config.json`, `model.safetensors` or shards of it, `tokenizer.json`,
 * `preprocessor_config.json` and `generation_config.json`. Every parameter must be there with its shape, and nothing else
 * may be. `createLoader` makes the same function for a page that shall not ship every family.
 *
 * @param source its files, or a reference for {@link remoteFiles}: an id on the hub (`owner/name`) or an https address
 * @throws PretrainedError naming the file; no tensor is left behind
 */
export async function loadPretrained<F extends AnyFamily = BuiltInFamily>(
  source: ModelFiles | string,
  given: LoadPretrainedOptions<F> = {},
): Promise<Pretrained<F>> {
  checkOptions("loadPretrained", given, { families: true, ...OPEN_OPTIONS });
  const { families = FAMILIES as readonly AnyFamily[] as readonly F[], ...options } = given;
  checkFamilies("loadPretrained", families);
  return openPretrained(families, source, options, given.families === undefined ? ADD : undefined);
}

const ADD = "loadPretrained takes families of your own (docs/guides/adding-a-family.md)";
