import { normal, type Params, tidy } from "@qkv/nn";
import type { ForwardOptions, TransformerLayerConfig } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import { stageWidth, type SwinConfig } from "./config.ts";
import { SwinLayer } from "./layer.ts";
import { mergedGrid, PatchMerging } from "./patchMerging.ts";
import { shiftOf } from "./windowsFor.ts";

/** What a {@link SwinStage} gives. */
export interface SwinStageOutput {
  /** [B, rows * columns, E of the next stage] */
  readonly output: tf.Tensor3D;
  /** Of each layer [B * numWindows, H, M * M, M * M], when asked for */
  readonly attentions: readonly tf.Tensor4D[];
}

/** Layers of one width, every other one with shifted windows, and a merging of patches behind all but the last stage. */
export class SwinStage {
  readonly layers: readonly SwinLayer[];
  readonly merging?: PatchMerging;

  constructor(params: Params, config: SwinConfig, stage: number) {
    const { depths, window, qkvBias, dropPath, initializerRange } = config;
    const dModel = stageWidth(config, stage);
    const before = depths.slice(0, stage).reduce((sum, depth) => sum + depth, 0);
    const last = depths.reduce((sum, depth) => sum + depth, 0) - 1;
    this.layers = Array.from({ length: depths[stage] ?? 0 }, (_, i) => {
      const layer: TransformerLayerConfig = {
        ...{ dModel, numHeads: config.numHeads[stage] ?? 1, ffnDim: Math.floor(config.ffnRatio * dModel) },
        ...{ activation: config.activation, normOrder: "pre", layerNormEps: config.layerNormEps },
        ...{ dropout: config.dropout, attentionDropout: config.attentionDropout, activationDropout: 0 },
        dropPath: (dropPath * (before + i)) / Math.max(last, 1),
        attentionBias: { q: qkvBias, k: qkvBias, v: qkvBias, out: true },
        init: normal(initializerRange),
      };
      return new SwinLayer(params.at("layers", i), layer, { window, shift: shiftOf(window, i) });
    });
    if (stage < depths.length - 1) this.merging = new PatchMerging(params.at("merging"), dModel, initializerRange);
  }

  /** Rows and columns of what comes out. */
  gridAfter(grid: Size): Size {
    return this.merging === undefined ? grid : mergedGrid(grid);
  }

  /**
   * The patches after the stage's layers, merged unless it is the last.
   *
   * @param x [B, rows * columns, E]
   * @param grid rows and columns
   */
  forward(x: tf.Tensor3D, grid: Size, options: ForwardOptions = {}): SwinStageOutput {
    return tidy(() => {
      let y = x;
      const attentions: tf.Tensor4D[] = [];
      for (const layer of this.layers) {
        const { output, selfWeights } = layer.forward(y, grid, options);
        y = output;
        if (selfWeights) attentions.push(selfWeights);
      }
      return { output: this.merging?.forward(y, grid) ?? y, attentions };
    });
  }
}
