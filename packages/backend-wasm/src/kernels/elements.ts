import type { Activation, AdamWAttrs, DropoutKey } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../heap.ts";
import { replaceKernel } from "../replaceKernel.ts";

type Tensors<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

/** QkvActivate with its gradient, QkvDropout and QkvAdamW. */
export function registerElements(heap: Heap): void {
  const { kernels } = heap;

  replaceKernel("QkvDropout", ({ inputs, attrs }) => {
    const { x } = inputs as Tensors<"x">;
    const { first, second, threshold, scale } = attrs as DropoutKey;
    const y = heap.output(x.shape);
    kernels.dropout(heap.at(x), heap.at(y), tf.util.sizeFromShape(x.shape), first, second, threshold, scale);
    return y;
  });

  replaceKernel("QkvActivate", ({ inputs, attrs }) => {
    const { x } = inputs as Tensors<"x">;
    const y = heap.output(x.shape);
    kernels.activate(numberOf(attrs), heap.at(x), heap.at(y), tf.util.sizeFromShape(x.shape));
    return y;
  });

  replaceKernel("QkvActivateGradient", ({ inputs, attrs }) => {
    const { x, dy } = inputs as Tensors<"x" | "dy">;
    const dx = heap.output(x.shape);
    const [a, b, c] = [heap.at(x), heap.at(dy), heap.at(dx)];
    kernels.activateGradient(numberOf(attrs), a, b, c, tf.util.sizeFromShape(x.shape));
    return dx;
  });

  replaceKernel("QkvAdamW", ({ inputs, attrs }) => {
    const { parameter, gradient, first, second } = inputs as Tensors<"parameter" | "gradient" | "first" | "second">;
    const { beta1, beta2, gradientScale, decay, stepSize, secondScale, eps } = attrs as AdamWAttrs;
    const next = [parameter, first, second].map((x) => writable(heap, x)) as [Info, Info, Info];
    const [p, m, v] = [heap.at(next[0]), heap.at(next[1]), heap.at(next[2])];
    const size = tf.util.sizeFromShape(parameter.shape);
    const numbers = [beta1, beta2, gradientScale, decay, stepSize, secondScale, eps, 1 - beta1, 1 - beta2];
    kernels.adamW(p, heap.at(gradient), m, v, size, ...numbers);
    return next;
  });
}

type Info = tf.TensorInfo;

/** The activations in the order of their numbers in assembly/elements.ts. */
const ACTIVATIONS: readonly Activation[] = ["relu", "gelu", "geluTanh", "silu"];

function numberOf(attrs: unknown): number {
  const { activation } = attrs as { activation: Activation };
  const number = ACTIVATIONS.indexOf(activation);
  if (number < 0) {
    throw new TypeError(`activate: expected ${ACTIVATIONS.join(", ")}, got ${activation}`);
  }
  return number;
}

/** `x` itself if its memory is nobody else's, else a copy. */
function writable(heap: Heap, x: Info): Info {
  if (heap.ownsAlone(x)) return heap.share(x);
  const copy = heap.output(x.shape);
  const bytes = tf.util.sizeFromShape(x.shape) * 4;
  new Uint8Array(heap.memory.buffer).copyWithin(heap.at(copy), heap.at(x), heap.at(x) + bytes);
  return copy;
}
