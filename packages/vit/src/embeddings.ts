import { checkTensor, denseOf, type Weight } from "@qkv/ops";
import { checkModule, dropout, normal, type Params, Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { VitConfig } from "./config.ts";
import { ConvStem } from "./convStem.ts";
import { patchAfterStem, patchGrid, tokensWithPosition } from "./grid.ts";
import type { Size } from "./imageModel.ts";
import { PatchEmbedding } from "./patchEmbedding.ts";
import { positionsFor } from "./positionsFor.ts";

/** Embeddings of an image: its patches with their positions, after the class, distillation and register tokens. */
export class VitEmbeddings {
  /** Absent where the patches are cut from the image itself. */
  readonly stem?: ConvStem;
  readonly patches: PatchEmbedding;
  /** [1, 1, E]; absent where a classifier reads the mean of the patches */
  readonly classToken?: Weight<tf.Rank.R3>;
  /** [1, 1, E] */
  readonly distillationToken?: Weight<tf.Rank.R3>;
  /** [1, registers, E] */
  readonly registerTokens?: Weight<tf.Rank.R3>;
  /** [1, tokens + N, E] of the class and distillation tokens, then of the patches; absent where those turn (DINOv3) */
  readonly positions?: Weight<tf.Rank.R3>;

  readonly #config: VitConfig;

  constructor(params: Params, config: VitConfig) {
    checkModule("VitEmbeddings", params, { config });
    const { numChannels, dModel, stem, initializerRange } = config;
    const init = normal(initializerRange);
    if (stem.length > 0) this.stem = new ConvStem(params.at("stem"), numChannels, stem, config.layerNormEps);
    this.patches = new PatchEmbedding(params.at("patches"), {
      numChannels: stem.at(-1)?.channels ?? numChannels,
      ...{ dModel, initializerRange, patchSize: patchAfterStem(config) },
    });
    const tokens = (name: string, count: number) => params.embedding<tf.Rank.R3>(name, [1, count, dModel], init);
    if (config.pooling !== "mean") this.classToken = tokens("classToken", 1);
    if (config.distillationToken) this.distillationToken = tokens("distillationToken", 1);
    if (config.registerTokens > 0) this.registerTokens = tokens("registerTokens", config.registerTokens);
    const [rows, columns] = patchGrid(config, config.imageSize);
    if (config.ropeTheta === undefined)
      this.positions = tokens("positions", tokensWithPosition(config) + rows * columns);
    this.#config = config;
  }

  /**
   * @param pixels [B, C, H, W]
   * @returns [B, L, E], class, distillation and register tokens, then the patches row by row
   * @throws RangeError if the images have another number of channels than the model
   */
  forward(pixels: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("VitEmbeddings.forward", "pixels", pixels, "[B, C, H, W]");
    const { numChannels, dModel } = this.#config;
    const [batch, channels, height, width] = pixels.shape;
    if (pixels.rank !== 4 || channels !== numChannels) {
      throw new RangeError(`VitEmbeddings: expected pixels [B, ${numChannels}, H, W], got [${pixels.shape}]`);
    }
    return tf.tidy(() => {
      const patches = this.patches.forward(this.stem?.forward(pixels) ?? pixels);
      const repeat = (token: Weight<tf.Rank.R3>) => tf.tile(denseOf(token), [batch, 1, 1]);
      const whole = [this.classToken, this.distillationToken].filter((token) => token !== undefined);
      const all = tf.concat([...whole.map(repeat), patches], 1);
      const positions = this.#positionsFor([height, width]);
      const placed = positions === undefined ? all : tf.add(all, positions);
      const [registers, count] = [this.registerTokens, whole.length];
      const dropped = (x: tf.Tensor) => pass.output(dropout(x as tf.Tensor3D, this.#config.dropout, pass.random));
      if (registers === undefined) return dropped(placed);
      const leading = tf.slice(placed, [0, 0, 0], [batch, count, dModel]) as tf.Tensor3D;
      const rest = tf.slice(placed, [0, count, 0], [batch, -1, dModel]) as tf.Tensor3D;
      return dropped(tf.concat([leading, repeat(registers), rest], 1));
    });
  }

  /** The learned position embeddings, resized if the image is of another size than the model's: [1, tokens + N, E]. */
  #positionsFor(imageSize: Size): tf.Tensor3D | undefined {
    if (this.positions === undefined) return undefined;
    const { antialiasedPositions: antialias } = this.#config;
    const [from, to] = [patchGrid(this.#config, this.#config.imageSize), patchGrid(this.#config, imageSize)];
    const positions = tf.squeeze(denseOf(this.positions), [0]) as tf.Tensor2D;
    const placed = positionsFor(positions, tokensWithPosition(this.#config), { from, to, antialias });
    return tf.expandDims(placed, 0) as tf.Tensor3D;
  }
}
