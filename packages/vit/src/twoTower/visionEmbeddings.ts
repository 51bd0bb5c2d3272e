import { checkTensor, denseOf, type Weight } from "@qkv/ops";
import { checkModule, normal, type Params, Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { patchGrid } from "../grid.ts";
import { PatchEmbedding } from "../patchEmbedding.ts";
import { positionsFor } from "../positionsFor.ts";
import type { VisionTowerConfig } from "./config.ts";

/** Embeddings of an image: its patches with their positions, after a class token if there is one. */
export class VisionEmbeddings {
  readonly patches: PatchEmbedding;
  /** [E] */
  readonly classToken?: Weight<tf.Rank.R1>;
  /** [tokens + N, E] */
  readonly positions: Weight<tf.Rank.R2>;

  readonly #config: VisionTowerConfig;

  constructor(params: Params, config: VisionTowerConfig) {
    checkModule("VisionEmbeddings", params, { config });
    const { dModel, pooling, initializerRange = dModel ** -0.5, imageSize } = config;
    const hasToken = pooling === "class";
    this.patches = new PatchEmbedding(params.at("patches"), { ...config, initializerRange, bias: !hasToken });
    if (hasToken) this.classToken = params.embedding<tf.Rank.R1>("classToken", [dModel], normal(dModel ** -0.5));
    const [rows, columns] = patchGrid({ ...config, stem: [] }, imageSize);
    const shape: [number, number] = [Number(hasToken) + rows * columns, dModel];
    this.positions = params.embedding<tf.Rank.R2>("positions", shape, normal(initializerRange));
    this.#config = config;
  }

  /**
   * @param pixels [B, C, H, W]; for another size than the model's, positions are interpolated
   * @returns [B, tokens + N, E]
   * @throws RangeError if the images have another number of channels than the model
   */
  forward(pixels: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("VisionEmbeddings.forward", "pixels", pixels, "[B, C, H, W]");
    const { dModel, imageSize, patchSize } = this.#config;
    const [batch, , height, width] = pixels.shape;
    return tf.tidy(() => {
      const patches = this.patches.forward(pixels);
      const { classToken } = this;
      const tokens =
        classToken === undefined ? [] : [tf.tile(tf.reshape(denseOf(classToken), [1, 1, dModel]), [batch, 1, 1])];
      const grid = { ...this.#config, patchSize, stem: [] };
      const positions = positionsFor(denseOf(this.positions), tokens.length, {
        from: patchGrid(grid, imageSize),
        to: patchGrid(grid, [height, width]),
        antialias: false,
      });
      return pass.output(tf.add(tf.concat([...tokens, patches], 1), positions) as tf.Tensor3D);
    });
  }
}
