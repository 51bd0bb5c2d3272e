import { nextTokenProbabilities } from "@qkv/microscope";
import type { HeadPlace } from "./heads.ts";
import { likeliest } from "./likeliest.ts";
import { answerLabels, type Reading } from "./readText.ts";
import type { Subject } from "./subject.ts";

/** The likeliest answers with a head and without it. */
export interface Ablated {
  readonly labels: readonly string[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** How far the distribution is from what it was, in nats: the sum of p log(p / q). */
  readonly divergence: number;
}

/** How many of the likeliest answers of either are told. */
const ANSWERS = 6;

/** The distribution of the answer without a head. */
export async function withoutHead(
  subject: Subject,
  { inputs, position }: Reading,
  { side, attention, layer, head }: HeadPlace,
): Promise<Ablated> {
  const heads = [{ layer, head }];
  const without = { side, ...(attention === "cross" ? { crossHeads: heads } : { heads }) };
  const before = await nextTokenProbabilities(subject.model, inputs, { position });
  const after = await nextTokenProbabilities(subject.model, inputs, { position, without });
  const ids = [...new Set([...likeliest(before, ANSWERS), ...likeliest(after, ANSWERS)])];
  const of = (probabilities: Float32Array) => ids.map((id) => probabilities[id] ?? 0);
  return {
    labels: answerLabels(subject, ids),
    before: of(before),
    after: of(after),
    divergence: divergence(before, after),
  };
}

function divergence(p: Float32Array, q: Float32Array): number {
  let sum = 0;
  for (const [i, of] of p.entries()) if (of > 0) sum += of * Math.log(of / Math.max(q[i] ?? 0, 1e-30));
  return Math.max(sum, 0);
}
