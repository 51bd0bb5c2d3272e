import type { LoadModel } from "@qkv/app-shell/worker";
import type { KeyValueCache } from "@qkv/attention";
import { createLoader, type Pretrained, PretrainedError } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import { CAUSAL_FAMILIES } from "@qkv/transformer";
import type { WritingSettings } from "./writingSettings.ts";

const loadPretrained = createLoader(CAUSAL_FAMILIES); // the page ships no other family

/** A model that is open, and what it has read and written last. */
export interface Generator {
  readonly pretrained: Pretrained<(typeof CAUSAL_FAMILIES)[number]>;
  readonly tokenizer: Tokenizer;
  /** Of the last text: the next one is read from where it differs. */
  readonly cache: KeyValueCache;
  dispose(): void;
}

/** What a page has to know of a model. */
export interface ModelDescription {
  /** Whether it has a template of conversations. */
  readonly hasChat: boolean;
  /** The longest text that it can read, in tokens. */
  readonly maxPositions: number;
  /** What its files say of sampling. */
  readonly sampling: Partial<Pick<WritingSettings, "temperature" | "topP">>;
}

/** Opens a decoder-only model of any family. */
export const openGenerator: LoadModel<Generator> = async (files, { signal }) => {
  const pretrained = await loadPretrained(files, { signal });
  const { model, tokenizer } = pretrained;
  if (tokenizer === undefined) {
    model.dispose();
    throw new PretrainedError(`${pretrained.name}: expected a model with a tokenizer, got one without`);
  }
  const cache = model.createCache();
  const dispose = () => {
    cache.dispose();
    model.dispose();
  };
  return { pretrained, tokenizer, cache, dispose };
};

/** What a page has to know of an open model. */
export function describe({ pretrained }: Generator): ModelDescription {
  const { chatTemplate, config, generationConfig } = pretrained;
  const { temperature, top_p: topP } = generationConfig;
  return {
    hasChat: chatTemplate !== undefined,
    maxPositions: config.maxPositions,
    sampling: {
      ...(typeof temperature === "number" && temperature > 0 && { temperature }),
      ...(typeof topP === "number" && topP > 0 && topP <= 1 && { topP }),
    },
  };
}
