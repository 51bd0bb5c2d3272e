import type { StateDict } from "@qkv/nn";
import type { NameSet } from "@qkv/training";
import type { HubParameters } from "../torch/hubParameters.ts";
import { TORCH_FORMAT } from "../torch/torchState.ts";
import type { OptimizedGroups } from "../training/newOptimizer.ts";
import type { Recipe } from "../training/recipe.ts";

/** What the recipe's part of `run.json` is made of. */
export interface RunFileParts {
  readonly recipe: Recipe;
  readonly groups: OptimizedGroups;
  readonly hub: HubParameters;
  /** All parameters, and which of them are trained: buffers are not. */
  readonly params: StateDict;
  readonly trained: NameSet;
}

/** The recipe as `train.py` reads it, with the parameters' names in files. */
export async function runFile({
  recipe,
  groups,
  hub,
  params,
  trained,
}: RunFileParts): Promise<Record<string, unknown>> {
  const { task, seed, training, validation, checkpoints } = recipe;
  const { steps, optimizer, learningRate, beta1, beta2, eps, weightDecay } = training;
  const stored = async (names: NameSet) =>
    [...(await hub.toHub(new Map([...params].filter(([name]) => names.has(name))))).keys()].sort();
  const matrices = await stored(groups.matrices);
  return {
    ...{ format: TORCH_FORMAT, task, seed, weights: hub.weights, parameters: await stored(trained) },
    optimizer: {
      ...{ name: optimizer, learningRate, beta1, beta2, eps, weightDecay, decayed: matrices },
      ...(optimizer === "muon" && { inner: matrices, joined: hub.joined?.(matrices) ?? {} }),
    },
    schedule: {
      ...{ name: training.schedule, steps, warmupSteps: training.warmupSteps },
      ...{ decaySteps: training.decaySteps ?? Math.floor(steps / 4), floor: training.floor ?? 0 },
    },
    ...{ clipNorm: training.clipNorm, labelSmoothing: training.labelSmoothing },
    ...{ validateEvery: validation.everySteps, saveEvery: checkpoints.everySteps },
    keep: Math.max(checkpoints.keep, checkpoints.average),
  };
}
