import { type Answer, logitAttribution, type MicroscopeInputs } from "@qkv/microscope";
import type { Subject } from "./subject.ts";

/** What each part adds to an answer: layers by parts. */
export interface PartsOfAnswer {
  readonly total: number;
  readonly embeddings: number;
  /** Of the last norm and the output layer. */
  readonly bias: number;
  readonly layers: number;
  readonly heads: number;
  readonly crossHeads: number;
  /** [layers, heads + crossHeads + 2], the last two the feed-forward and the biases. */
  readonly values: Float32Array;
}

/** Direct logit attribution as a table. */
export async function partsOfAnswer(
  { model }: Subject,
  inputs: MicroscopeInputs,
  answer: Answer,
): Promise<PartsOfAnswer> {
  const { total, embeddings, bias, layers } = await logitAttribution(model, inputs, answer);
  const heads = Math.max(...layers.map((layer) => layer.heads.length));
  const crossHeads = Math.max(...layers.map((layer) => layer.crossHeads?.length ?? 0));
  const values = new Float32Array(layers.length * (heads + crossHeads + 2));
  for (const [i, layer] of layers.entries()) {
    const row = i * (heads + crossHeads + 2);
    values.set(layer.heads, row);
    values.set(layer.crossHeads ?? [], row + heads);
    values.set([layer.feedForward, layer.bias], row + heads + crossHeads);
  }
  return { total, embeddings, bias, layers: layers.length, heads, crossHeads, values };
}
