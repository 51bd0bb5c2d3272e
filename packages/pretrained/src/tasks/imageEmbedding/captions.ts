import type { Tokenizer } from "@qkv/tokenizers";
import type { TwoTowerModel } from "@qkv/vit";
import type { CaptionPadding } from "../../loading/captionPadding.ts";
import { encodeTexts } from "../text/encodeTexts.ts";
import { runTexts } from "../text/runTexts.ts";
import type { TextTaskOptions } from "../text/taskOptions.ts";
import type { TextInputs, TextModel } from "../text/textModel.ts";

/** The length that every text of a SigLIP has been padded to. */
const SIGLIP_LENGTH = 64;

/** What texts are read with. */
export interface CaptionReader {
  readonly tokenizer: Tokenizer;
  /** Of a model that reads all texts at one length. */
  readonly padding?: CaptionPadding;
}

/** Embeds texts in the space of images: a vector for each, in their order. */
export async function embedCaptions(
  model: TwoTowerModel,
  { tokenizer, padding }: CaptionReader,
  texts: readonly string[],
  options: TextTaskOptions,
): Promise<Float32Array[]> {
  const { maxPositions } = model.config.text;
  const maxTokens = padding === undefined ? maxPositions : Math.min(maxPositions, SIGLIP_LENGTH);
  const { onTruncated } = options;
  const encodings = encodeTexts("embedTexts", tokenizer, texts, {
    maxTokens,
    ...(onTruncated && { onTruncated }),
    ...(padding && { padding: { ...padding, length: maxTokens } }),
  });
  const reader: TextModel = {
    config: model.config.text,
    params: model.params,
    activations: model.activations,
    forward: (inputs, pass) => embed(inputs, pass),
    dispose: () => undefined,
  };
  const embed = ({ ids, attentionMask }: TextInputs, pass?: Parameters<TextModel["forward"]>[1]) =>
    model.embedTexts(padding?.isMasked === false ? { ids } : { ids, attentionMask }, pass);
  return runTexts(reader, encodings, (inputs) => embed(inputs), options);
}
