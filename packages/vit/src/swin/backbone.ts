import { checkRecord, checkTensor } from "@qkv/ops";
import { checkModule, LayerNorm, type Params, tidy } from "@qkv/nn";
import type { ForwardOptions } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { ImageStates, Size } from "../imageModel.ts";
import { stageWidth, type SwinConfig } from "./config.ts";
import { SwinEmbeddings } from "./embeddings.ts";
import { SwinStage } from "./stage.ts";

/** What a Swin Transformer's stages gave. The lists are empty unless asked for. */
export interface SwinStates extends ImageStates {
  /** The embeddings, then each stage's output with its patches merged, all [B, N, E], each with its own N and E */
  readonly hiddenStates: readonly tf.Tensor3D[];
  /** The same as pictures, [B, E, rows, columns] */
  readonly reshapedHiddenStates: readonly tf.Tensor4D[];
  /** Of each layer of each stage [B * numWindows, H, M * M, M * M], windows row by row */
  readonly attentions: readonly tf.Tensor4D[];
}

/** What a {@link SwinBackbone} gives. */
export interface SwinBackboneOutput extends SwinStates {
  /** [B, N, E] of the last stage, after the final norm */
  readonly lastHiddenState: tf.Tensor3D;
  /** [B, E], its mean over the patches */
  readonly poolerOutput: tf.Tensor2D;
}

/** A Swin Transformer without a head: windows that shift, and patches that merge. */
export class SwinBackbone {
  readonly embeddings: SwinEmbeddings;
  readonly stages: readonly SwinStage[];
  readonly norm: LayerNorm;

  constructor(params: Params, config: SwinConfig) {
    checkModule("SwinBackbone", params, { config });
    const { depths, layerNormEps } = config;
    this.embeddings = new SwinEmbeddings(params.at("embeddings"), config);
    this.stages = depths.map((_, stage) => new SwinStage(params.at("stages", stage), config, stage));
    this.norm = new LayerNorm(params.at("norm"), stageWidth(config, depths.length - 1), { eps: layerNormEps });
  }

  /**
   * The patches after the last stage, and what else is asked for.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: ForwardOptions = {}): SwinBackboneOutput {
    checkRecord("SwinBackbone.forward", "options", options);
    checkTensor("SwinBackbone.forward", "pixels", pixels, "[B, C, H, W]");
    return tidy(() => {
      let x = this.embeddings.forward(pixels, options.random);
      let grid = this.embeddings.gridOf(pixels);
      const states = [{ x, grid }];
      const attentions: tf.Tensor4D[] = [];
      for (const stage of this.stages) {
        const { output, attentions: weights } = stage.forward(x, grid, options);
        [x, grid] = [output, stage.gridAfter(grid)];
        states.push({ x, grid });
        attentions.push(...weights);
      }
      const lastHiddenState = this.norm.forward(x);
      const wanted = options.hiddenStates ? states : [];
      return {
        lastHiddenState,
        poolerOutput: tf.mean<tf.Tensor2D>(lastHiddenState, 1),
        hiddenStates: wanted.map((state) => state.x),
        reshapedHiddenStates: wanted.map((state) => asPicture(state.x, state.grid)),
        attentions,
      };
    });
  }
}

function asPicture(x: tf.Tensor3D, [rows, columns]: Size): tf.Tensor4D {
  const [batch, , dModel] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1]), [batch, dModel, rows, columns]);
}
