import type { Adapter } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import type { TrainingTask } from "@qkv/training";

/** The same task, in whose loss the adapter drops what its `dropout` says. Its validation drops nothing. */
export function withAdapterDropout<Batch, Task extends TrainingTask<Batch>>(
  task: Task & TrainingTask<Batch>,
  adapter: Adapter,
): Task {
  checkRecord("withAdapterDropout", "task", task);
  return { ...task, loss: (batch, random) => adapter.withDropout(random, () => task.loss(batch, random)) };
}
