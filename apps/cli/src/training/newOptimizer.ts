import { AdamW, Muon, type Optimizer, combineOptimizers, type TrainingTask } from "@qkv/training";
import type { Optimization } from "./recipe.ts";

/** What a model's parameters are, by their names. */
export interface ParameterKinds {
  /** Which ones weight decay is for: not norms, biases and embeddings. */
  readonly decays: (name: string) => boolean;
  /** Which of those make a model's outputs, and so are none of its inner matrices. */
  readonly isHead: (name: string) => boolean;
}

/** The optimizer that a recipe asks for: AdamW, or Muon for the inner matrices and AdamW for the rest. */
export function newOptimizer(
  params: TrainingTask<never>["params"],
  { optimizer, learningRate, beta1, beta2, eps, weightDecay }: Optimization,
  { decays, isHead }: ParameterKinds,
): Optimizer {
  const adamW = (of: typeof params) => new AdamW(of, { learningRate, betas: [beta1, beta2], eps, weightDecay, decays });
  if (optimizer === "adamW") return adamW(params);
  const isInner = (name: string) => decays(name) && !isHead(name) && (params.get(name)?.rank ?? 0) > 1;
  const [inner, rest] = [true, false].map(
    (wanted) => new Map([...params].filter(([name]) => isInner(name) === wanted)),
  );
  return combineOptimizers([
    { params: inner as typeof params, optimizer: new Muon(inner as typeof params, { learningRate, weightDecay }) },
    { params: rest as typeof params, optimizer: adamW(rest as typeof params) },
  ]);
}
