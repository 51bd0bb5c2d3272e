import { checkModule, type Initializer, normal, type Params } from "@qkv/nn";
import { denseOf, embedding, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "../checks/argumentChecks.ts";

/** A learned vector for each position, to be added to the embeddings (GPT-2, BERT, ViT). */
export class LearnedPositions {
  /** [maxLength, E] */
  readonly weight: Weight<tf.Rank.R2>;

  constructor(params: Params, maxLength: number, dModel: number, init: Initializer = normal(0.02)) {
    checkModule("LearnedPositions", params);
    this.weight = params.embedding<tf.Rank.R2>("weight", [maxLength, dModel], init);
  }

  /**
   * The vectors of `length` positions from `offset` on: [L, E].
   *
   * @throws RangeError beyond the last position
   */
  forward(length: number, offset = 0): tf.Tensor2D {
    const [maxLength, dModel] = this.weight.shape;
    checkInteger("LearnedPositions", "length", length, 1);
    checkInteger("LearnedPositions", "offset", offset, 0);
    if (offset + length > maxLength) {
      throw new RangeError(
        `LearnedPositions: expected at most ${maxLength} positions, got ${length} from position ${offset}`,
      );
    }
    return tf.tidy(() => tf.slice(denseOf(this.weight), [offset, 0], [length, dModel]));
  }

  /**
   * The vectors of each row's own positions: [B][L] -> [B, L, E].
   *
   * @throws RangeError if a position is no integer from 0 to the last
   */
  at(rows: readonly (readonly number[])[]): tf.Tensor3D {
    const [maxLength] = this.weight.shape;
    for (const position of rows.flat()) {
      checkInteger("LearnedPositions", "position", position, 0);
      if (position >= maxLength) {
        throw new RangeError(`LearnedPositions: expected at most ${maxLength} positions, got position ${position}`);
      }
    }
    return tf.tidy(() => embedding(this.weight, tf.tensor2d(rows as number[][], undefined, "int32"))) as tf.Tensor3D;
  }
}
