import { checkRecord } from "@qkv/ops";
/** Learning-rate schedule: the factor of the learning rate at a step. Steps count from 1, the first update. */
export type Schedule = (step: number) => number;

/** Options of the warm-up: the factor rises linearly to 1 over the first `warmupSteps` updates. */
export interface WarmupOptions {
  /** Default 0: no warm-up. */
  readonly warmupSteps?: number;
}

/** Options of a schedule that decays until the last step. */
export interface DecayOptions extends WarmupOptions {
  /** The step at which the factor reaches `floor`. It stays there afterwards. */
  readonly totalSteps: number;
  /** The last factor. Default 0. */
  readonly floor?: number;
}

/** Constant schedule: a factor of 1 after the warm-up. */
export function constantSchedule(options: WarmupOptions = {}): Schedule {
  checkRecord("constantSchedule", "options", options);
  const { warmupSteps = 0 } = options;
  return (step) => rampUp(step, warmupSteps) ?? 1;
}

/**
 * Inverse square root schedule: sqrt(warmupSteps / step) after the warm-up
 * ("Attention Is All You Need", section 5.3, scaled so that its peak is 1.)
 *
 * @throws RangeError if the warm-up is shorter than a step
 */
export function inverseSqrtSchedule(options: WarmupOptions = {}): Schedule {
  checkRecord("inverseSqrtSchedule", "options", options);
  const { warmupSteps = 1 } = options;
  if (!(warmupSteps >= 1)) throw new RangeError(`inverseSqrtSchedule: expected warmupSteps >= 1, got ${warmupSteps}`);
  return (step) => rampUp(step, warmupSteps) ?? Math.sqrt(warmupSteps / step);
}

/**
 * Linear schedule: a factor that falls linearly from 1, at the end of the warm-up, to `floor`.
 *
 * @throws RangeError if the warm-up leaves no step for the rest
 */
export function linearSchedule(options: DecayOptions): Schedule {
  checkRecord("linearSchedule", "options", options);
  const { warmupSteps = 0, totalSteps, floor = 0 } = options;
  checkDecay("linearSchedule", warmupSteps, totalSteps);
  return (step) => rampUp(step, warmupSteps) ?? floor + (1 - floor) * (1 - progress(step, warmupSteps, totalSteps));
}

/**
 * Cosine schedule: a factor that falls along half a cosine from 1, at the end of the warm-up, to `floor`.
 *
 * @throws RangeError if the warm-up leaves no step for the rest
 */
export function cosineSchedule(options: DecayOptions): Schedule {
  checkRecord("cosineSchedule", "options", options);
  const { warmupSteps = 0, totalSteps, floor = 0 } = options;
  checkDecay("cosineSchedule", warmupSteps, totalSteps);
  return (step) => {
    const fall = (1 + Math.cos(Math.PI * progress(step, warmupSteps, totalSteps))) / 2;
    return rampUp(step, warmupSteps) ?? floor + (1 - floor) * fall;
  };
}

/**
 * Warmup-stable-decay schedule: a factor of 1 that falls linearly to `floor` over the last `decaySteps`: "WSD"
 * (https://arxiv.org/abs/2404.06395, section 4). Until the decay begins, a run does not depend on its length.
 *
 * @throws RangeError if warm-up and fall take more than all steps
 */
export function warmupStableDecaySchedule(options: DecayOptions & { readonly decaySteps: number }): Schedule {
  checkRecord("warmupStableDecaySchedule", "options", options);
  const { warmupSteps = 0, totalSteps, decaySteps, floor = 0 } = options;
  checkDecay("warmupStableDecaySchedule", warmupSteps + decaySteps, totalSteps + 1);
  return (step) =>
    rampUp(step, warmupSteps) ?? floor + (1 - floor) * (1 - progress(step, totalSteps - decaySteps, totalSteps));
}

/** The factor during the warm-up, undefined from its last step on. */
function rampUp(step: number, warmupSteps: number): number | undefined {
  return step < warmupSteps ? step / warmupSteps : undefined;
}

/** The progress of a step from the end of the warm-up to the last step, 0 to 1. */
function progress(step: number, warmupSteps: number, totalSteps: number): number {
  return Math.min(Math.max(step - warmupSteps, 0) / (totalSteps - warmupSteps), 1);
}

function checkDecay(who: string, warmupSteps: number, totalSteps: number): void {
  if (!(totalSteps > warmupSteps)) {
    throw new RangeError(`${who}: expected totalSteps > warmupSteps ${warmupSteps}, got ${totalSteps}`);
  }
}
