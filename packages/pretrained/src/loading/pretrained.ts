import type { Dtype } from "@qkv/safetensors";
import type { Tokenizer } from "@qkv/tokenizers";
import type { ImageProcessorConfig } from "@qkv/vit";
import type { ModelOf, ModelType } from "../registry/architectures.ts";
import type { Direction } from "./direction.ts";

/** A model of one type with all that its folder says about it. */
export interface PretrainedOf<T extends ModelType> {
  /** Where it came from, for messages. */
  readonly name: string;
  readonly modelType: T;
  /** The class of Hugging Face transformers that the folder was made for. */
  readonly architecture: string;
  readonly config: ModelOf<T>["config"];
  readonly model: ModelOf<T>;
  /** Absent if the folder has none, in any of the forms that `openTokenizer` of `@qkv/tokenizers` knows. */
  readonly tokenizer?: Tokenizer;
  /** The languages that it translates between; absent where neither `tokenizer_config.json` nor its name tells. */
  readonly direction?: Direction;
  /** What happens to an image before the model sees it; absent if the folder has no `preprocessor_config.json`. */
  readonly imageProcessor?: ImageProcessorConfig;
  /** `generation_config.json` as it is, Hugging Face's names; where there is none, the same fields of `config.json`. */
  readonly generationConfig: Readonly<Record<string, unknown>>;
  /** How many arrays the files store in each dtype. */
  readonly dtypes: ReadonlyMap<Dtype, number>;
}

/**
 * A model with all that its folder says about it; `modelType` tells which one it is. The caller owns the model and
 * disposes of it.
 */
export type Pretrained<T extends ModelType = ModelType> = { [K in T]: PretrainedOf<K> }[T];
