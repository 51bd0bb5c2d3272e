import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "@qkv/nn";
import { batchGradients } from "./batchGradients.ts";
import type { Progress } from "../checkpoints/checkpoint.ts";
import type { StepEvent } from "./events.ts";
import { gradientNoise } from "./gradientNoise.ts";
import { clipFactor, globalNorm, type NamedGradients } from "../parameters/gradients.ts";
import { constantSchedule, type Schedule } from "../optimizers/schedules.ts";
import { Throughput } from "./throughput.ts";
import type { TrainingTask } from "./task.ts";
import { checkTrainOptions, type TrainingResult, type TrainOptions } from "./options.ts";
import { type Update, updates } from "./updates.ts";
import { assignVariables, readVariables } from "../parameters/variables.ts";

/**
 * Trains a task's parameters in place.
 *
 * @throws TrainingError if the loss or a gradient is no longer finite, naming the parameter where it began if one can be
 *   told; the update is not made, and the state before it is saved
 */
export async function train<Batch>(task: TrainingTask<Batch>, options: TrainOptions): Promise<TrainingResult> {
  checkTrainOptions(options);
  return new Run(task, options).run();
}

/** Error for a training that cannot continue. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";
}

class Run<Batch> {
  readonly #task: TrainingTask<Batch>;
  readonly #options: TrainOptions;
  readonly #schedule: Schedule;
  readonly #throughput = new Throughput();
  #progress: Progress;
  #savedStep: number;

  constructor(task: TrainingTask<Batch>, options: TrainOptions) {
    this.#task = task;
    this.#options = options;
    this.#schedule = options.schedule ?? constantSchedule();
    this.#progress = options.resume?.progress ?? startingProgress(options.seed ?? 0);
    this.#savedStep = this.#progress.step; // the start need not be saved
  }

  async run(): Promise<TrainingResult> {
    const { resume, optimizer, accumulate = 1, epochs = Infinity } = this.#options;
    if (resume) {
      assignVariables("train: the checkpoint's parameters", this.#task.params, resume.params);
      optimizer.load(resume.optimizer);
    }
    const { epoch, position } = this.#progress;
    const upcoming = updates(this.#task, { epoch, position, accumulate, epochs });
    try {
      for (;;) {
        const next = await this.#next(upcoming);
        const aborted = !(await this.#validateIfDue(next === undefined));
        const stopped = aborted ? "aborted" : this.#isStale() ? "early" : next === undefined ? "finished" : undefined;
        await this.#saveIfDue(stopped !== undefined);
        if (stopped || next === undefined) return { progress: this.#progress, stopped: stopped ?? "finished" };
        await this.#update(next);
        await yieldToEventLoop();
      }
    } finally {
      await upcoming.return();
    }
  }

  /** The next update, undefined after the last one. */
  async #next(upcoming: AsyncGenerator<Update<Batch>, void>): Promise<Update<Batch> | undefined> {
    if (this.#progress.step >= (this.#options.maxSteps ?? Infinity)) return undefined;
    return (await upcoming.next()).value ?? undefined;
  }

  /** One step of the optimizer. */
  async #update({ batches, epoch, position }: Update<Batch>): Promise<void> {
    const { optimizer, clipNorm } = this.#options;
    const started = performance.now();
    const step = this.#progress.step + 1;
    const random = new RandomStream(this.#progress.seed).fork(step);
    const { loss, gradients, tokens, parts, meanSquare } = batchGradients(this.#task, batches, random);
    const norm = globalNorm(gradients);
    try {
      const [lossValue, gradNorm] = await Promise.all([numberOf(loss), numberOf(norm)]);
      const noise = meanSquare && gradientNoise(await numberOf(meanSquare), gradNorm, parts, tokens);
      const factor = this.#schedule(step);
      if (!Number.isFinite(lossValue) || !Number.isFinite(gradNorm)) {
        const learningRate = optimizer.learningRate * factor;
        throw await this.#notFinite({ step, epoch, loss: lossValue, gradNorm, learningRate }, gradients);
      }
      const gradientScale = clipNorm === undefined ? 1 : clipFactor(gradNorm, clipNorm);
      optimizer.step(gradients, { factor, gradientScale });

      this.#throughput.add((performance.now() - started) / 1000, tokens);
      this.#progress = { ...this.#progress, step, epoch, position, tokens: this.#progress.tokens + tokens };
      const gradNoise = noise && { gradNoise: noise };
      this.#tellStep({ loss: lossValue, learningRate: optimizer.learningRate * factor, gradNorm, ...gradNoise });
    } finally {
      tf.dispose([loss, norm, meanSquare ?? [], ...gradients.values()] as tf.TensorContainer);
    }
  }

  /** Saves what the parameters were before, and says where it began. */
  async #notFinite(
    at: { step: number; epoch: number; loss: number; gradNorm: number; learningRate: number },
    gradients: NamedGradients,
  ): Promise<TrainingError> {
    const [what, value] = Number.isFinite(at.loss) ? ["gradient norm", at.gradNorm] : ["loss", at.loss];
    const params = await namesOfNotFinite(this.#task.params);
    const origin = params[0] === undefined ? await originOf(gradients, what === "loss") : `, as ${params[0]} is not`;
    if (params.length === 0) await this.#saveIfDue(true);
    const saved = this.#savedStep > 0 ? `the last checkpoint is of step ${this.#savedStep}` : "nothing was saved yet";
    return new TrainingError(
      `train: expected a finite ${what}, got ${value} at step ${at.step} (epoch ${at.epoch}, learning rate ${at.learningRate})` +
        `${origin}; ${saved}. Try a lower learning rate, a longer warm-up or a lower clipNorm: as it is, a resumed run comes to the same`,
    );
  }

  #tellStep(update: Pick<StepEvent, "loss" | "learningRate" | "gradNorm" | "gradNoise">): void {
    const { maxSteps, onEvent } = this.#options;
    const { step, epoch, tokens } = this.#progress;
    const { tokensPerSecond, secondsPerStep } = this.#throughput;
    const end =
      maxSteps === undefined ? {} : { totalSteps: maxSteps, etaSeconds: Math.max(0, maxSteps - step) * secondsPerStep };
    onEvent?.({ type: "step", step, epoch, ...update, tokens, tokensPerSecond, ...end });
  }

  /** False if the run was aborted before or meanwhile; then this validation is made by the run that resumes. */
  async #validateIfDue(last: boolean): Promise<boolean> {
    const { validateEvery, signal } = this.#options;
    const { step, validatedStep } = this.#progress;
    if (signal?.aborted) return false;
    const due = validateEvery !== undefined && step > validatedStep && (last || step % validateEvery === 0);
    if (!due || this.#task.validate === undefined) return true;
    try {
      this.#judge(await this.#task.validate(signal));
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
    return !signal?.aborted;
  }

  #judge(metrics: Readonly<Record<string, number>>): void {
    const { best: { metric, mode } = { metric: "loss", mode: "min" }, onEvent } = this.#options;
    const { step, epoch, best, validationsSinceBest } = this.#progress;
    const value = metrics[metric];
    if (value === undefined) {
      throw new TrainingError(
        `train: expected the validation to give ${metric}, got ${Object.keys(metrics).join(", ")}`,
      );
    }
    const isBetter = best === undefined || (mode === "min" ? value < best.value : value > best.value);
    const isBest = isBetter && Number.isFinite(value); // with NaN, none after it would be better
    this.#progress = {
      ...this.#progress,
      validatedStep: step,
      validationsSinceBest: isBest ? 0 : validationsSinceBest + 1,
      ...(isBest ? { best: { step, value } } : {}),
    };
    onEvent?.({ type: "validation", step, epoch, metrics, best: isBest });
  }

  /** Whether validation has not improved for too long. */
  #isStale(): boolean {
    return this.#progress.validationsSinceBest >= (this.#options.patience ?? Infinity);
  }

  async #saveIfDue(last: boolean): Promise<void> {
    const { checkpoints, checkpointEvery = Infinity, optimizer, onEvent } = this.#options;
    const progress = this.#progress;
    const { step, best } = progress;
    const due = step > this.#savedStep && (last || step % checkpointEvery === 0 || best?.step === step);
    if (checkpoints === undefined || !due) return;
    const params = await readVariables(this.#task.params);
    await checkpoints.save({ progress, params, optimizer: await optimizer.state() });
    this.#savedStep = step;
    onEvent?.({ type: "checkpoint", step });
  }
}

function startingProgress(seed: number): Progress {
  return { step: 0, epoch: 0, position: 0, seed, tokens: 0, validatedStep: 0, validationsSinceBest: 0 };
}

/** Where a gradient that is not finite began, as backward passes go from the last parameter to the first. */
async function originOf(gradients: NamedGradients, isOfLoss: boolean): Promise<string> {
  const names = await namesOfNotFinite(gradients);
  const nearest = names.at(-1);
  if (isOfLoss || nearest === undefined || names.length === gradients.size) return "";
  return `, first in the gradient of ${nearest}`;
}

async function namesOfNotFinite(tensors: ReadonlyMap<string, tf.Tensor>): Promise<string[]> {
  const names: string[] = [];
  for (const [name, tensor] of tensors) if (!(await tensor.data<"float32">()).every(Number.isFinite)) names.push(name);
  return names;
}

async function numberOf(scalar: tf.Scalar): Promise<number> {
  return (await scalar.data())[0] ?? NaN;
}

/** Yields to timers, signals and pages; unlike a timer it is not slowed down in a hidden tab. */
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
