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
  linear: ({ warmupSteps, steps }) => linearSchedule({ warmupSteps, totalSteps: steps }),
  cosine: ({ warmupSteps, steps }) => cosineSchedule({ warmupSteps, totalSteps: steps }),
  inverseSqrt: ({ warmupSteps }) => inverseSqrtSchedule({ warmupSteps: Math.max(warmupSteps, 1) }),
  stableThenDecay: ({ warmupSteps, steps, decaySteps }) =>
    warmupStableDecaySchedule({ warmupSteps, totalSteps: steps, decaySteps: decaySteps ?? Math.floor(steps / 4) }),
  constant: ({ warmupSteps }) => constantSchedule({ warmupSteps }),
};

/** The learning rate's course over a run. */
export function scheduleOf(config: Optimization): Schedule {
  return SCHEDULES[config.schedule](config);
}
