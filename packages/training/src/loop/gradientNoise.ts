import { checkRecord, describeArgument } from "@qkv/ops";
import type { GradientNoise, TrainingEvent } from "./events.ts";

/**
 * Estimates of gradient noise from k batches of W tokens together: the mean of the squared norms of their gradients, weighted by
 * tokens, is |G|² + k tr(Σ) / W, the squared norm of their mean |G|² + tr(Σ) / W.
 */
export function gradientNoise(meanSquare: number, norm: number, batches: number, tokens: number): GradientNoise {
  const square = (batches * norm ** 2 - meanSquare) / (batches - 1);
  return { square, variance: ((meanSquare - norm ** 2) * tokens) / (batches - 1) };
}

/**
 * The gradient noise scale tr(Σ) / |G|² of the steps among some events, in tokens (or whatever weighs the batches): far below a
 * batch of this size more tokens save as many updates, far above it hardly any. It grows as the loss falls, so take the
 * last some hundred steps. McCandlish et al. 2018, [An Empirical Model of Large-Batch Training](https://arxiv.org/abs/1812.06162),
 * appendix A.1.
 *
 * Undefined without steps that have `gradNoise`, and where the noise hides the gradient.
 */
export function gradientNoiseScale(events: readonly TrainingEvent[]): number | undefined {
  if (!Array.isArray(events))
    throw new TypeError(`gradientNoiseScale: expected a list of events, got ${describeArgument(events)}`);
  for (const event of events) checkRecord("gradientNoiseScale", "events", event);
  const known = events.flatMap((event) => (event.type === "step" && event.gradNoise ? [event.gradNoise] : []));
  const [square, variance] = [sum(known.map((each) => each.square)), sum(known.map((each) => each.variance))];
  return square > 0 ? Math.max(0, variance) / square : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
