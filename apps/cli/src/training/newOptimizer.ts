import { Adafactor, AdamW, combineOptimizers, Lion, Muon, type NamedVariables, type Optimizer } from "@qkv/training";
import type { OwnFields } from "./ownFields.ts";
import type { Optimization } from "./recipe.ts";

/** The parameters that an optimizer treats in their own way. */
export interface OptimizedGroups {
  /** A model's matrices: they alone have weight decay. */
  readonly matrices: NamedVariables;
  /** Those that make its outputs, and so are none of its inner matrices. */
  readonly head?: NamedVariables;
  /** The share of the learning rate that a parameter has, by name. Default 1 for each. */
  readonly rates?: ReadonlyMap<string, number>;
}

type New = (params: NamedVariables, config: Optimization, groups: OptimizedGroups) => Optimizer;

const NEW: Readonly<Record<Optimization["optimizer"], New>> = {
  adamW: newAdamW,
  muon: newMuon,
  lion: (params, config, { matrices }) => {
    const { learningRate, weightDecay } = config;
    return new Lion(params, { learningRate, betas: betasOf(config), weightDecay, weightDecayMask: matrices });
  },
  adafactor: (params, { learningRate, weightDecay }, { matrices }) =>
    new Adafactor(params, { learningRate, weightDecay, weightDecayMask: matrices }),
};

/** The optimizer that a checked recipe asks for, of all parameters. It borrows them. */
export function newOptimizer(params: NamedVariables, config: Optimization, groups: OptimizedGroups): Optimizer {
  const shares = [...new Set([...params.keys()].map((name) => groups.rates?.get(name) ?? 1))].sort((a, b) => b - a);
  if (shares.every((share) => share === 1)) return NEW[config.optimizer](params, config, groups);
  const parts = shares.map((share) => {
    const own = new Map([...params].filter(([name]) => (groups.rates?.get(name) ?? 1) === share));
    const slower = { ...config, learningRate: share * config.learningRate };
    return { params: own, optimizer: NEW[config.optimizer](own, slower, groups) };
  });
  return { ...combineOptimizers(parts), learningRate: config.learningRate };
}

function newAdamW(params: NamedVariables, config: Optimization, { matrices }: OptimizedGroups): Optimizer {
  const { learningRate, weightDecay } = config;
  const [betas, eps] = [betasOf(config), checked(config, "eps")];
  return new AdamW(params, { learningRate, betas, eps, weightDecay, weightDecayMask: matrices });
}

/** Muon for the inner matrices and AdamW for the rest. */
function newMuon(params: NamedVariables, config: Optimization, groups: OptimizedGroups): Optimizer {
  const { learningRate, weightDecay } = config;
  const isInner = (name: string) => groups.matrices.has(name) && groups.head?.has(name) !== true;
  const those = (inner: boolean) => new Map([...params].filter(([name]) => isInner(name) === inner));
  const [inner, rest] = [those(true), those(false)];
  if (inner.size === 0) return newAdamW(rest, config, groups);
  return combineOptimizers([
    { params: inner, optimizer: new Muon(inner, { learningRate, weightDecay }) },
    { params: rest, optimizer: newAdamW(rest, config, groups) },
  ]);
}

function betasOf(config: Optimization): [number, number] {
  return [checked(config, "beta1"), checked(config, "beta2")];
}

/** A field that the recipe's check has filled in. */
function checked(config: Optimization, field: keyof OwnFields): number {
  const value = config[field];
  if (value === undefined) throw new RangeError(`expected a checked config, got no ${field}`);
  return value;
}
