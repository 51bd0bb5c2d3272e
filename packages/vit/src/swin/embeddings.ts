import { denseOf, dropout, LayerNorm, normal, type Params, Pass, type Weight } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import { PatchEmbedding } from "../patchEmbedding.ts";
import { resizeGrid } from "../resizeGrid.ts";
import type { SwinConfig } from "./config.ts";

/** Embeddings of an image: its patches, normalized, with their positions if there are any. */
export class SwinEmbeddings {
  readonly patches: PatchEmbedding;
  readonly norm: LayerNorm;
  /** [1, N, E] */
  readonly positions?: Weight<tf.Rank.R3>;

  readonly #config: SwinConfig;

  constructor(params: Params, config: SwinConfig) {
    const { dModel, absolutePositions, imageSize, initializerRange } = config;
    this.patches = new PatchEmbedding(params.at("patches"), config);
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps: 1e-5 });
    if (absolutePositions) {
      const [rows, columns] = patchesOf(config, imageSize, Math.floor);
      const shape: [number, number, number] = [1, rows * columns, dModel];
      this.positions = params.embedding<tf.Rank.R3>("positions", shape, normal(initializerRange));
    }
    this.#config = config;
  }

  /** Rows and columns of an image's patches; zeros fill up the last ones. */
  gridOf(pixels: tf.Tensor4D): Size {
    return patchesOf(this.#config, [pixels.shape[2], pixels.shape[3]], Math.ceil);
  }

  /**
   * The vectors of the patches, row by row.
   *
   * @param pixels [B, C, H, W]
   * @returns [B, rows * columns, E]
   * @throws RangeError if the images have another number of channels than the model
   */
  forward(pixels: tf.Tensor4D, pass: Pass = Pass.plain): tf.Tensor3D {
    const { numChannels, patchSize } = this.#config;
    if (pixels.rank !== 4 || pixels.shape[1] !== numChannels) {
      throw new RangeError(`SwinEmbeddings: expected pixels [B, ${numChannels}, H, W], got [${pixels.shape}]`);
    }
    return tf.tidy(() => {
      const [, , height, width] = pixels.shape;
      const grid = this.gridOf(pixels);
      const whole = tf.pad(pixels, [
        [0, 0],
        [0, 0],
        [0, grid[0] * patchSize[0] - height],
        [0, grid[1] * patchSize[1] - width],
      ]);
      const patches = this.norm.forward(this.patches.forward(whole));
      const placed =
        this.positions === undefined ? patches : tf.add(patches, this.#positionsFor(denseOf(this.positions), grid));
      return pass.output(dropout(placed as tf.Tensor3D, this.#config.dropout, pass.random));
    });
  }

  #positionsFor(positions: tf.Tensor3D, grid: Size): tf.Tensor3D {
    const learned = patchesOf(this.#config, this.#config.imageSize, Math.floor);
    if (learned[0] === grid[0] && learned[1] === grid[1]) return positions;
    const resized = resizeGrid(tf.squeeze(positions, [0]), learned, grid, { antialias: false });
    return tf.expandDims(resized, 0);
  }
}

/** The positions of an image whose sides are no multiples were learned without the rest that is computed with. */
function patchesOf(
  { patchSize }: Pick<SwinConfig, "patchSize">,
  [height, width]: Size,
  round: (sides: number) => number,
): Size {
  return [round(height / patchSize[0]), round(width / patchSize[1])];
}
