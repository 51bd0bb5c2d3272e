import { checkTensor, embedding, type Weight } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { normal } from "./initializers.ts";
import type { Initializer, Params } from "./params.ts";
import { checkModule } from "./checkModule.ts";

/** A table of vectors, looked up by id. To tie weights, pass the same module to both places. */
export class Embedding {
  /** [V, E] */
  readonly weight: Weight<tf.Rank.R2>;

  constructor(params: Params, vocabSize: number, dModel: number, init: Initializer = normal(dModel ** -0.5)) {
    checkModule("Embedding", params);
    this.weight = params.embedding<tf.Rank.R2>("weight", [vocabSize, dModel], init);
  }

  /** @param ids [B, L] int32  @returns [B, L, E] */
  forward(ids: tf.Tensor): tf.Tensor3D {
    checkTensor("Embedding.forward", "ids", ids, "[B, L]", "int32");
    return embedding(this.weight, ids) as tf.Tensor3D;
  }
}
