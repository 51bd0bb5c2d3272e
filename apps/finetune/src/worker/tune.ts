import { createAdapter, type Pretrained } from "@qkv/pretrained";
import { assignVariables, decodeCheckpoint } from "@qkv/training";
import { type Base, FAMILIES, open, readTokens } from "./base.ts";
import { goalObjective } from "./goalObjective.ts";
import { KIND_OF } from "./kinds.ts";
import type { KeptRun, RunRecord } from "./runStore.ts";
import { SEED } from "./settings.ts";
import type { Tuned } from "./tuned.ts";

/** Puts a new adapter on a model, in the place of one that it has. */
export async function tune(base: Base, record: RunRecord, signal: AbortSignal): Promise<Tuned> {
  const { goal } = record;
  if (base.kind !== KIND_OF[goal]) throw new Error(`expected a model that is an ${KIND_OF[goal]}, got a ${base.kind}`);
  base.tuned?.dispose();
  delete base.tuned;
  base.tuned = await tuned(base, record, signal);
  return base.tuned;
}

/** What a model has learned: made anew where the model was opened anew, on another backend or after a reload. */
export async function tunedOf(base: Base, run: KeptRun | undefined, signal: AbortSignal): Promise<Tuned> {
  if (base.tuned !== undefined) return base.tuned;
  if (run?.state === undefined) throw new Error("expected a model that has learned, got none");
  const made = await tune(base, run.record, signal);
  const { params } = await decodeCheckpoint(run.state.checkpoint);
  assignVariables("what was learned", made.adapter.named(), params);
  return made;
}

/** What is above a classifier's encoder, as the families call it in their files: it is learned and saved whole. */
const HEADS = ["classifier", "pre_classifier", "pooler", "head"];

async function tuned(base: Base, record: RunRecord, signal: AbortSignal): Promise<Tuned> {
  const { goal, examples } = record;
  const maxTokens = readTokens(base, record.settings.maxTokens);
  const settings = { ...record.settings, maxTokens };
  const objective = goalObjective(goal, examples, settings);
  const hasHead = goal === "classify";
  const pretrained = (
    hasHead ? await open(base.files, base.kind, { signal, initialize: objective.initialize }) : base.pretrained
  ) as Pretrained;
  const disposing: { dispose(): void }[] = hasHead ? [pretrained.model] : [];
  const dispose = () => disposing.splice(0).forEach((each) => each.dispose());
  try {
    const adapter = await createAdapter(pretrained.model, {
      ...{ rank: settings.rank, alpha: 2 * settings.rank, seed: SEED, families: FAMILIES },
      ...(hasHead && { modulesToSave: HEADS }),
    });
    disposing.unshift(adapter);
    adapter.attach();
    const encoded = await objective.encode(pretrained);
    const { task, isMeasured } = await objective.createTask(pretrained, encoded, adapter.named());
    const epochSteps = [...(task.batches(0) as Iterable<unknown>)].length;
    return { goal, pretrained, adapter, task, isMeasured, epochSteps, files: objective.files(pretrained), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
