import { vitConfig, type VitConfig, type VitSizes } from "./config.ts";

/** Fashion-MNIST's classes, in the order of their labels (https://github.com/zalandoresearch/fashion-mnist, MIT). */
const CLOTHES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

/**
 * The Vision Transformer of Dive into Deep Learning (https://d2l.ai/chapter_attention-mechanisms-and-transformers/vision-transformer.html):
 * 2 layers of 8 heads and 512 channels on grey images of 96 x 96, in patches of 16, attention without biases. While
 * training, the book drops 0.1 of the embeddings, of the attention weights and in the feed-forward.
 *
 * @param sizes the fields that differ from the book's
 */
export function d2lVitConfig(sizes: Partial<VitSizes> = {}): VitConfig {
  return vitConfig({
    ...{ imageSize: 96, patchSize: 16, numChannels: 1, labels: CLOTHES },
    ...{ dModel: 512, numLayers: 2, numHeads: 8, ffnDim: 2048, activation: "gelu" },
    ...{ qkvBias: false, outBias: false, layerNormEps: 1e-5, dropout: 0.1, attentionDropout: 0.1 },
    ...sizes,
  });
}
