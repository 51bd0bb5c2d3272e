import { normal, type Params, Pass } from "@qkv/nn";
import type { BlockSpec } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import { stageWidth, type SwinConfig } from "./config.ts";
import { SwinLayer } from "./layer.ts";
import { mergedGrid, PatchMerging } from "./patchMerging.ts";
import { shiftOf } from "./windowsFor.ts";

/** Layers of one width, every other one with shifted windows, and patch merging after all but the last stage. */
export class SwinStage {
  readonly layers: readonly SwinLayer[];
  readonly merging?: PatchMerging;

  constructor(params: Params, config: SwinConfig, stage: number) {
    const { depths, window, initializerRange } = config;
    this.layers = swinBlocks(config, stage).map((spec, i) => {
      return new SwinLayer(params.at("layers", i), spec, { window, shift: shiftOf(window, i) });
    });
    if (stage < depths.length - 1) {
      this.merging = new PatchMerging(params.at("merging"), stageWidth(config, stage), initializerRange);
    }
  }

  /** Rows and columns of the output. */
  gridAfter(grid: Size): Size {
    return this.merging === undefined ? grid : mergedGrid(grid);
  }

  /**
   * The patches after the stage's layers, merged unless it is the last.
   *
   * @param x [B, rows * columns, E]
   * @param grid rows and columns
   */
  forward(x: tf.Tensor3D, grid: Size, pass: Pass = Pass.plain): tf.Tensor3D {
    return tf.tidy(() => {
      const y = this.layers.reduce((h, layer, i) => layer.forward(h, grid, pass.at("layers", i)), x);
      return pass.output(this.merging?.forward(y, grid) ?? y);
    });
  }
}

/** The layers of a stage, without their windows. */
export function swinBlocks(config: SwinConfig, stage: number): readonly BlockSpec[] {
  const { depths, qkvBias, dropPath, initializerRange } = config;
  const dModel = stageWidth(config, stage);
  const before = depths.slice(0, stage).reduce((sum, depth) => sum + depth, 0);
  const last = depths.reduce((sum, depth) => sum + depth, 0) - 1;
  return Array.from({ length: depths[stage] ?? 0 }, (_, i) => ({
    dModel,
    norm: { kind: "layerNorm", eps: config.layerNormEps, placement: "pre" },
    selfAttn: {
      numHeads: config.numHeads[stage] ?? 1,
      bias: { q: qkvBias, k: qkvBias, v: qkvBias, out: true },
      dropout: config.attentionDropout,
    },
    ffn: { kind: "mlp", dim: Math.floor(config.ffnRatio * dModel), activation: config.activation },
    dropout: config.dropout,
    dropPath: (dropPath * (before + i)) / Math.max(last, 1),
    init: normal(initializerRange),
  }));
}
