import { checkArray, checkTensor } from "@qkv/ops";
import { checkModule, LayerNorm, type Params, Pass, tidy } from "@qkv/nn";
import { stackActivations } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import { stageWidth, type SwinConfig } from "./config.ts";
import { SwinEmbeddings } from "./embeddings.ts";
import { swinBlocks, SwinStage } from "./stage.ts";

/** Outputs of a {@link SwinBackbone}. */
export interface SwinBackboneOutput {
  /** [B, N, E] of the last stage, after the final norm */
  readonly lastHiddenState: tf.Tensor3D;
  /** [B, E], its mean over the patches */
  readonly poolerOutput: tf.Tensor2D;
}

/** A Swin Transformer without a head: shifted windows and patch merging. */
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

  /** Rows and columns of the patches: as they are embedded, then after each stage. */
  grids(pixels: tf.Tensor4D): readonly Size[] {
    const first = this.embeddings.gridOf(pixels);
    return this.stages.reduce((grids, stage) => [...grids, stage.gridAfter(grids.at(-1) as Size)], [first]);
  }

  /**
   * The patches after the last stage, and their mean.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, pass: Pass = Pass.plain): SwinBackboneOutput {
    checkTensor("SwinBackbone.forward", "pixels", pixels, "[B, C, H, W]");
    return tidy(() => {
      const grids = this.grids(pixels);
      const embedded = this.embeddings.forward(pixels, pass.at("embeddings"));
      const x = this.stages.reduce((y, stage, i) => stage.forward(y, grids[i] as Size, pass.at("stages", i)), embedded);
      const lastHiddenState = pass.tap("norm", this.norm.forward(x));
      return { lastHiddenState, poolerOutput: tf.mean<tf.Tensor2D>(lastHiddenState, 1) };
    });
  }
}

/** The activations of a {@link SwinBackbone}, as a model that holds one as `backbone` names them. */
export function swinActivations(config: SwinConfig): readonly string[] {
  const stages = config.depths.flatMap((_, stage) => [
    ...stackActivations(swinBlocks(config, stage)).map((name) => `stages.${stage}.${name}`),
    `stages.${stage}`,
  ]);
  return ["embeddings", ...stages, "norm"].map((name) => `backbone.${name}`);
}

/** Reshapes patches to an image: [B, rows * columns, E] -> [B, E, rows, columns] */
export function asPicture(x: tf.Tensor, grid: Size): tf.Tensor4D {
  checkTensor("asPicture", "x", x, "[B, N, E]");
  checkArray("asPicture", "grid", grid);
  const [batch, , dModel] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1]), [batch, dModel, ...grid]);
}
