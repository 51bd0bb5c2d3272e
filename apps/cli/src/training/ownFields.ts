import type { RefinementCtx } from "zod";
import type { Optimization } from "./recipe.ts";

/** The fields that not every optimizer has. */
export type OwnFields = Pick<Optimization, "beta1" | "beta2" | "eps">;

const FIELDS = ["beta1", "beta2", "eps"] as const;

/** The schedules that have a field of their own. */
const SCHEDULES = { floor: ["linear", "cosine", "stableThenDecay"], decaySteps: ["stableThenDecay"] } as const;

/**
 * The last step of a recipe's check: fills in what is left out of the optimizer's own fields, so that the run's folder says
 * all of them, and refuses those that it or the schedule does not have.
 *
 * @param adamW defaults of adamW, alone or beside muon
 */
export function withOwnFields(adamW: Required<OwnFields> = { beta1: 0.9, beta2: 0.98, eps: 1e-9 }) {
  const defaults: Readonly<Record<Optimization["optimizer"], OwnFields>> = {
    adamW,
    muon: adamW,
    lion: { beta1: 0.9, beta2: 0.99 },
    adafactor: {},
  };
  return <Config extends Optimization>(config: Config, context: RefinementCtx): Config => {
    const own = defaults[config.optimizer];
    const refuse = (field: string, value: number, beside: string) =>
      context.addIssue({ code: "custom", path: [field], message: `expected none with ${beside}, got ${value}` });
    for (const field of FIELDS) {
      const value = config[field];
      if (value !== undefined && !(field in own)) refuse(field, value, config.optimizer);
    }
    for (const field of ["floor", "decaySteps"] as const) {
      const value = config[field];
      const schedules: readonly string[] = SCHEDULES[field];
      if (value !== undefined && !schedules.includes(config.schedule)) refuse(field, value, config.schedule);
    }
    return { ...own, ...config };
  };
}
