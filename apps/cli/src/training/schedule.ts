import {
  constantSchedule,
  cosineSchedule,
  inverseSqrtSchedule,
  linearSchedule,
  type Schedule,
  warmupStableDecaySchedule,
} from "@qkv/training";
import type { Optimization } from "./recipe.ts";

const SCHEDULES: Readonly<Record<Optimization["schedule"], (config: Optimization) => Schedule>> = {
  linear: (config) => linearSchedule(decayOf(config)),
  cosine: (config) => cosineSchedule(decayOf(config)),
  inverseSqrt: ({ warmupSteps }) => inverseSqrtSchedule({ warmupSteps: Math.max(warmupSteps, 1) }),
  stableThenDecay: (config) =>
    warmupStableDecaySchedule({ ...decayOf(config), decaySteps: config.decaySteps ?? Math.floor(config.steps / 4) }),
  constant: ({ warmupSteps }) => constantSchedule({ warmupSteps }),
};

function decayOf({ warmupSteps, steps, floor = 0 }: Optimization) {
  return { warmupSteps, totalSteps: steps, floor };
}

/** The learning rate's course over a run. */
export function scheduleOf(config: Optimization): Schedule {
  return SCHEDULES[config.schedule](config);
}
