import { checkArray } from "@qkv/ops";
import type { StateDict } from "@qkv/nn";
import type { NamedGradients, NamedVariables } from "../parameters/gradients.ts";
import type { Optimizer } from "./optimizer.ts";

/** An optimizer and the parameters that it was made for. */
export interface ParameterGroup {
  readonly params: NamedVariables;
  readonly optimizer: Optimizer;
}

/**
 * Combines several optimizers, each for its own parameters: {@link Muon} for matrices and {@link AdamW} for the rest,
 * for example. Its `learningRate` is the first one's. It owns them.
 *
 * @throws RangeError if there is no part
 */
export function combineOptimizers(parts: readonly ParameterGroup[]): Optimizer & Disposable {
  checkArray("combineOptimizers", "parts", parts);
  const [first] = parts;
  if (first === undefined) throw new RangeError("combineOptimizers: expected at least one part, got none");
  const dispose = () => parts.forEach(({ optimizer }) => optimizer.dispose());
  return {
    learningRate: first.optimizer.learningRate,

    step(gradients, options) {
      const shares: NamedGradients[] = parts.map(({ params }) => {
        return new Map([...gradients].filter(([name]) => params.has(name)));
      });
      const stranger = [...gradients.keys()].find((name) => !shares.some((share) => share.has(name)));
      if (stranger !== undefined) {
        throw new RangeError(`combineOptimizers: expected gradients of its parameters, got one of ${stranger}`);
      }
      parts.forEach(({ optimizer }, i) => optimizer.step(shares[i] ?? new Map(), options));
    },

    /** The state of each part, its names prefixed with the part's number. */
    async state() {
      const states = await Promise.all(parts.map(({ optimizer }) => optimizer.state()));
      return new Map(states.flatMap((state, i) => [...state].map(([name, entry]) => [`${i}.${name}`, entry] as const)));
    },

    load(state) {
      parts.forEach(({ optimizer }, i) => optimizer.load(under(`${i}.`, state)));
    },

    dispose,
    [Symbol.dispose]: dispose,
  };
}

function under(prefix: string, state: StateDict): StateDict {
  const own = [...state].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, entry]) => [name.slice(prefix.length), entry]));
}
