import type { NamedVariables } from "@qkv/training";
import type { FamilyModel } from "@qkv/transformer";
import type { Optimization } from "../training/recipe.ts";

/** Numbers that an optimizer keeps of each parameter; of adafactor few. */
const MOMENTS: Readonly<Record<Optimization["optimizer"], number>> = { adamW: 2, muon: 1, lion: 1, adafactor: 0 };

/** How many parameters a run trains, and what weights, gradients and moments take: activations come on top. */
export function memoryNote(
  { params }: FamilyModel,
  trained: NamedVariables,
  optimizer: Optimization["optimizer"],
): string {
  const held = [...params.weights().values()].map(({ parts }) => parts.data.size); // words of 4 bytes, in any format
  const all = [...params.weights().values()].map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const own = [...trained.values()].reduce((sum, { size }) => sum + size, 0);
  const total = held.reduce((sum, size) => sum + size, 0);
  const bytes = 4 * (total + own * (1 + MOMENTS[optimizer]));
  const count = all.reduce((sum, size) => sum + size, 0);
  return `${millions(own)} parameters are trained, of a model of ${millions(count)}; weights, gradients and moments take ${(bytes / 1e9).toFixed(2)} GB, what a step computes comes on top`;
}

function millions(count: number): string {
  return count < 1e5 ? `${count}` : `${(count / 1e6).toFixed(1)} million`;
}
