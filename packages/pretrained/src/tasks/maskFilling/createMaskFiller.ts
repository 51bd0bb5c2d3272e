import { errorIn } from "../../files/pretrainedError.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { textTaskOf } from "../text/textModel.ts";
import { MaskFiller, type TokenIdLogits } from "./maskFiller.ts";

/**
 * Makes a filler of masks of an opened model, which stays the caller's.
 *
 * @throws PretrainedError if the model is no masked language model, or has no tokenizer with a mask
 */
export function createMaskFiller(pretrained: Pretrained): MaskFiller {
  const task = textTaskOf<TokenIdLogits>("createMaskFiller", pretrained, "maskedLM", "fills in masked tokens");
  try {
    return new MaskFiller(task);
  } catch (error) {
    throw errorIn(`${pretrained.name}/tokenizer.json`, error);
  }
}
