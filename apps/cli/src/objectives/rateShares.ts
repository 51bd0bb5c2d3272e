import { UsageError } from "../usageError.ts";
import type { ObjectiveRecipe } from "./objectiveRecipes.ts";

type Asked = Pick<ObjectiveRecipe["training"], "rates" | "layerDecay">;

/**
 * The share of the learning rate that each parameter has: by the first pattern of `rates` that its name matches, else by
 * `layerDecay`, else 1.
 *
 * Decay by layers is that of ELECTRA and BEiT: 1 above the last layer of a stack, once the decay in it, and once more in each
 * one below; embeddings are below the first.
 *
 * @throws UsageError naming a pattern that is none, or that no parameter matches
 */
export function rateShares(names: readonly string[], { rates = {}, layerDecay = 1 }: Asked): Map<string, number> {
  const patterns = Object.entries(rates).map(([pattern, share]) => ({ pattern: regular(pattern), share }));
  for (const { pattern } of patterns) {
    if (names.some((name) => pattern.test(name))) continue;
    const some = names.slice(0, 6).join(", ");
    throw new UsageError(`training.rates: expected patterns of parameters (${some}, ...), got ${pattern.source}`);
  }
  const depths = new Map<string, number>();
  for (const { stack, layer } of names.flatMap((name) => layerOf(name) ?? [])) {
    depths.set(stack, Math.max(depths.get(stack) ?? 0, layer + 1));
  }
  const deepest = Math.max(0, ...depths.values());
  const stepsBelow = (name: string) => {
    const at = layerOf(name);
    if (at !== undefined) return (depths.get(at.stack) ?? 0) - at.layer;
    return isBelowLayers(name) ? deepest + 1 : 0;
  };
  return new Map(
    names.map((name) => [
      name,
      patterns.find(({ pattern }) => pattern.test(name))?.share ?? layerDecay ** stepsBelow(name),
    ]),
  );
}

/** What makes the steps of a sound, of a wav2vec 2.0: its convolutions are no layers of the stack above them. */
const STEPS = /^(?:features|projection|projectionNorm)\./;

/** Whether a parameter is below all layers: embeddings, positions, and what makes the steps of a sound. */
export function isBelowLayers(name: string): boolean {
  return STEPS.test(name) || /(?:^|\.)\w*(?:embedding|embeddings|positions)(?:\.|$)/i.test(name);
}

/** The stack of layers that a parameter is in, and its layer there; undefined below them and above. */
export function layerOf(name: string): { readonly stack: string; readonly layer: number } | undefined {
  if (STEPS.test(name)) return undefined;
  const found = /^(.*?)(?:^|\.)layers\.(\d+)\./.exec(name);
  return found === null ? undefined : { stack: found[1] ?? "", layer: Number(found[2]) };
}

function regular(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`training.rates: expected regular expressions, got ${pattern}: ${(error as Error).message}`);
  }
}
