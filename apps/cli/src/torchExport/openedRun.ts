import type { TrainingTask } from "@qkv/training";
import type { HubParameters } from "../torch/hubParameters.ts";
import type { OptimizedGroups } from "../training/newOptimizer.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RunFolder } from "../training/runFolder.ts";
import type { BatchRecorder } from "./batchRecorder.ts";

/** A run with all that its export takes. */
export interface OpenedRun<Batch = never> {
  readonly run: RunFolder<Recipe>;
  readonly task: TrainingTask<Batch>;
  readonly groups: OptimizedGroups;
  readonly hub: HubParameters;
  readonly recorder: BatchRecorder<Batch>;
  /** Rows of the batches that are validated by their loss; none where another figure decides. */
  readonly validation: readonly (readonly (readonly number[])[])[];
  /** Fields that `train.py` needs of this kind of model. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The files of the model or adapter, with the parameters that it has now. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Those of the model below an adapter. */
  baseFiles?(): Promise<ReadonlyMap<string, Uint8Array>>;
}
