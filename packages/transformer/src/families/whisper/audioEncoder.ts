import { checkModule, normal, type Params, type Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import type { Block } from "../../block/block.ts";
import type { Norm } from "../../block/norm.ts";
import { Stack } from "../../block/stack.ts";
import type { Seq2SeqSideSpec } from "../../models/seq2seq/config.ts";
import type { WhisperConfig } from "./config.ts";
import { Convolution1d } from "./convolution.ts";

/** Whisper's encoder: two convolutions over a spectrogram, positions, and blocks. */
export class AudioEncoder {
  readonly conv1: Convolution1d;
  readonly conv2: Convolution1d;
  /** [S, E], sines and cosines as the file has them; not trained */
  readonly positions: tf.Variable<tf.Rank.R2>;
  readonly layers: readonly Block[];
  readonly norm?: Norm;
  /** Every activation of a pass, by its path, in its order. */
  readonly activations: readonly string[];

  readonly #stack: Stack;
  readonly #shape: string;

  constructor(params: Params, config: WhisperConfig, spec: Seq2SeqSideSpec) {
    checkModule("AudioEncoder", params, { config, spec });
    const { blocks, norm } = spec;
    const { numMelBins, dModel, maxSourcePositions, initializerRange } = config;
    const init = normal(initializerRange);
    this.conv1 = new Convolution1d(params.at("conv1"), numMelBins, dModel, { stride: 1, init });
    this.conv2 = new Convolution1d(params.at("conv2"), dModel, dModel, { stride: 2, init });
    this.positions = params.buffer<tf.Rank.R2>("positions", [maxSourcePositions, dModel]);
    this.#stack = new Stack(params, blocks, { norm });
    this.layers = this.#stack.layers;
    if (this.#stack.norm !== undefined) this.norm = this.#stack.norm;
    this.activations = ["embeddings", ...stackActivations(blocks, norm)];
    this.#shape = `[B, ${numMelBins}, ${2 * maxSourcePositions}]`;
  }

  /**
   * Hidden states of the sound.
   *
   * @param features log-mel spectrograms, [B, M, 2 S]
   * @returns [B, S, E]
   * @throws RangeError for another number of bands or of frames: the sound is to be padded with silence
   */
  forward(who: string, features: tf.Tensor, pass: Pass): tf.Tensor3D {
    const [bands, frames] = [this.conv1.weight.shape[1], 2 * this.positions.shape[0]];
    if (features.shape.length !== 3 || features.shape[1] !== bands || features.shape[2] !== frames) {
      throw new RangeError(`${who}: expected features to be ${this.#shape}, got [${features.shape.join(", ")}]`);
    }
    return tf.tidy(() => {
      const frames = tf.transpose(features, [0, 2, 1]); // [B, 2 S, M]
      const heard = this.conv2.forward(this.conv1.forward(frames));
      const x = pass.tap("embeddings", tf.add(heard, this.positions) as tf.Tensor3D);
      return this.#stack.forward(x, {}, pass);
    });
  }
}
