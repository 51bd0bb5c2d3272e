import { AdamW, combineOptimizers, Muon, type NamedVariables, type Optimizer } from "@qkv/training";
import type { Optimization } from "./recipe.ts";

/** The parameters that an optimizer treats in their own way. */
export interface OptimizedGroups {
  /** A model's matrices: they alone have weight decay. */
  readonly matrices: NamedVariables;
  /** Those that make its outputs, and so are none of its inner matrices. */
  readonly head?: NamedVariables;
}

/** The optimizer that a recipe asks for: AdamW, or Muon for the inner matrices and AdamW for the rest. */
export function newOptimizer(
  params: NamedVariables,
  { optimizer, learningRate, beta1, beta2, eps, weightDecay }: Optimization,
  { matrices, head }: OptimizedGroups,
): Optimizer {
  const adamW = (of: NamedVariables) =>
    new AdamW(of, { learningRate, betas: [beta1, beta2], eps, weightDecay, weightDecayMask: matrices });
  if (optimizer === "adamW") return adamW(params);
  const isInner = (name: string) => matrices.has(name) && head?.has(name) !== true;
  const those = (inner: boolean) => new Map([...params].filter(([name]) => isInner(name) === inner));
  const [inner, rest] = [those(true), those(false)];
  return combineOptimizers([
    { params: inner, optimizer: new Muon(inner, { learningRate, weightDecay }) },
    { params: rest, optimizer: adamW(rest) },
  ]);
}
