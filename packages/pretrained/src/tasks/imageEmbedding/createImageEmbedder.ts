import { TwoTowerModel } from "@qkv/vit";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { checkedProcessor, type ImageInput } from "../image/checkedProcessor.ts";
import type { CaptionReader } from "./captions.ts";
import { ImageEmbedder, type ImageEmbeddingModel } from "./imageEmbedder.ts";

/**
 * Makes an embedder of images of an opened model, which stays the caller's. With a model of two towers (CLIP, SigLIP) it embeds
 * texts too, in the same space.
 *
 * @throws PretrainedError if the model gives no vectors of images, or has no image processor
 */
export function createImageEmbedder(pretrained: Pretrained): ImageEmbedder {
  checkPretrained("createImageEmbedder", pretrained);
  const { name, architecture, task, imageProcessor } = pretrained;
  if (task !== "imageEncoder" && task !== "imageTextEncoder") {
    throw new PretrainedError(
      `${name}/config.json: createImageEmbedder expected a model that encodes images (imageEncoder, imageTextEncoder), got ${architecture} (${task})`,
    );
  }
  const model = pretrained.model as ImageEmbeddingModel;
  const config: ImageInput = model instanceof TwoTowerModel ? model.config.vision : model.config;
  const processor = checkedProcessor(name, imageProcessor, config);
  return new ImageEmbedder(
    model,
    processor,
    model instanceof TwoTowerModel ? captionReader(pretrained, model) : undefined,
  );
}

/** What texts are read with; undefined if the folder has no tokenizer. */
function captionReader(
  { name, tokenizer, captionPadding }: Pretrained,
  model: TwoTowerModel,
): CaptionReader | undefined {
  if (tokenizer === undefined) return undefined;
  if (model.config.scoring === "softmax") return { tokenizer };
  if (captionPadding === undefined) {
    throw new PretrainedError(`${name}/tokenizer_config.json: expected a pad_token of the tokenizer, got none`);
  }
  return { tokenizer, padding: captionPadding };
}
