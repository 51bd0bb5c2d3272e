import { Recorder } from "@qkv/nn";
import { checkOptions } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { anatomyOf, checkText, type MicroscopeModel, runCopies, sideNamed, type SideName } from "../model/anatomy.ts";
import { type Answer, answerOf, checkAnswer } from "../model/answer.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose, sweep, type SweepOptions } from "../model/progress.ts";

/** Options of {@link gradientTimesInput}. */
export interface GradientOptions {
  /** Whose tokens are explained. Default the first stack: of an encoder-decoder the source's. */
  readonly side?: SideName | undefined;
}

/** Options of {@link integratedGradients}. */
export interface IntegratedGradientsOptions extends GradientOptions, SweepOptions {
  /** Number of points on the way, in the middle of equal steps. Default 50. */
  readonly steps?: number | undefined;
  /** The token whose vector the way begins from, at every position. Default the zero vector. */
  readonly baseline?: number | undefined;
}

/** What each token adds to the answer. */
export interface TokenAttributions {
  /** [L], of each token; sums over the width of its vector. */
  readonly values: Float32Array;
  /** The answer. */
  readonly answer: number;
}

/** What each token adds to the answer along a way. */
export interface IntegratedGradients extends TokenAttributions {
  /** The answer at the beginning of the way. */
  readonly baseline: number;
  /** The sum of values less the rise of the answer: the error of the sum over steps, which more steps make smaller. */
  readonly gap: number;
}

/**
 * Gradient times input: for each token, the gradient of the answer by the token's vector, times that vector (Shrikumar et al.,
 * arXiv:1605.01713).
 *
 * @throws RangeError for a model whose token vectors have no tap
 */
export async function gradientTimesInput(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  answer: Answer,
  options: GradientOptions = {},
): Promise<TokenAttributions> {
  const who = "gradientTimesInput";
  checkOptions(who, options, { side: true });
  const saliency = tokenSaliency(who, model, inputs, answer, options);
  const vectors = saliency.vectors(inputs);
  const { value, products } = saliency.at(vectors, vectors);
  vectors.dispose();
  return { answer: (await readAndDispose(value))[0] ?? NaN, values: await readAndDispose(products) };
}

/**
 * Integrated gradients: the mean gradient on the straight way from a baseline to the text's vectors, times the way. The values sum
 * to the rise of the answer from the baseline ("Axiomatic Attribution for Deep Networks", arXiv:1703.01365), but for `gap`.
 *
 * @throws RangeError for a model whose token vectors have no tap; the signal's reason if it is aborted
 */
export async function integratedGradients(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  answer: Answer,
  options: IntegratedGradientsOptions = {},
): Promise<IntegratedGradients> {
  const who = "integratedGradients";
  checkOptions(who, options, { side: true, steps: true, baseline: true, signal: true, onProgress: true });
  const { steps = 50, baseline } = options;
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new RangeError(`${who}: expected steps to be a whole number from 1, got ${String(steps)}`);
  }
  const saliency = tokenSaliency(who, model, inputs, answer, options);
  const start = baseline === undefined ? undefined : saliency.vectors(saliency.filledWith(baseline));
  const end = saliency.vectors(inputs);
  const begin = start ?? tf.zerosLike(end);
  const way = tf.sub(end, begin);
  try {
    const [rise, whole] = [saliency.at(begin, way), saliency.at(end, way)];
    tf.dispose([rise.products, whole.products]);
    const [first, last] = [(await readAndDispose(rise.value))[0] ?? NaN, (await readAndDispose(whole.value))[0] ?? NaN];
    const sums = new Float64Array(way.shape[1] ?? 0);
    const takes = Array.from({ length: steps }, (_, i) => async () => {
      const { value, products } = tf.tidy(() => saliency.at(tf.add(begin, tf.mul(way, (i + 0.5) / steps)), way));
      value.dispose();
      for (const [at, x] of (await readAndDispose(products)).entries()) sums[at] = (sums[at] ?? 0) + x / steps;
    });
    await sweep(takes, options);
    const values = Float32Array.from(sums);
    return { values, answer: last, baseline: first, gap: sums.reduce((sum, x) => sum + x, 0) - (last - first) };
  } finally {
    tf.dispose([begin, end, way]);
  }
}

interface TokenSaliency {
  /** The vectors of a text's tokens, [1, L, E]. The caller's. */
  vectors(inputs: MicroscopeInputs): tf.Tensor;
  /** The text with every explained token replaced. */
  filledWith(token: number): MicroscopeInputs;
  /** The answer with these vectors, and for each position its gradient times `factor`. The caller's. */
  at(vectors: tf.Tensor, factor: tf.Tensor): { value: tf.Tensor; products: tf.Tensor };
}

function tokenSaliency(
  who: string,
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  answer: Answer,
  options: GradientOptions,
): TokenSaliency {
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  checkAnswer(who, anatomy, inputs, answer);
  const side = sideNamed(who, anatomy, options.side ?? anatomy.sides[0]?.name);
  const path = `${side.prefix}tokenEmbeddings`;
  if (!model.activations.includes(path)) {
    throw new RangeError(`${who}: expected a model that hands its token vectors to taps, got ${anatomy.className}`);
  }
  const explained = side.name === "decoder" && inputs.decoderIds !== undefined ? "decoderIds" : "ids";
  return {
    vectors(text) {
      using seen = new Recorder([path]);
      runCopies(model, text, 1, seen).dispose();
      return tf.clone(seen.get(path));
    },
    filledWith(token) {
      const filled = { ...inputs, [explained]: (inputs[explained] ?? []).map(() => token) };
      checkText(who, "baseline", anatomy, filled);
      return filled;
    },
    at(vectors, factor) {
      const run = (x: tf.Tensor) => {
        const taps = new Recorder([], { [path]: () => x });
        return tf.squeeze(answerOf(who, runCopies(model, inputs, 1, taps), answer)) as tf.Scalar;
      };
      return tf.tidy(() => {
        const { value, grad } = tf.valueAndGrad(run)(vectors);
        return { value, products: tf.reshape(tf.sum(tf.mul(grad, factor), -1), [-1]) };
      });
    },
  };
}
