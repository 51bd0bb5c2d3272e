import type { FinetuningTask } from "@qkv/finetuning";
import type { Adapter } from "@qkv/nn";
import type { Pretrained } from "@qkv/pretrained";
import type { Goal } from "../data/examples.ts";

/** A model with an adapter that learns, or has learned. */
export interface Tuned {
  readonly goal: Goal;
  /** The model that the adapter is of: the base, or one made of its files with a head of its own. */
  readonly pretrained: Pretrained;
  /** On the model. */
  readonly adapter: Adapter;
  readonly task: FinetuningTask;
  /** Steps of an epoch. */
  readonly epochSteps: number;
  /** Whether some examples are held back to measure with. */
  readonly isMeasured: boolean;
  /** More files of the model's folder, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Takes the adapter off, and disposes of it and of a model of its own. */
  dispose(): void;
}
