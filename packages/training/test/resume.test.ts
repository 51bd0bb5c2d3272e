import { describeBackends } from "@qkv/testing";
import { type Checkpoint, type CheckpointStore, decodeCheckpoint, encodeCheckpoint, train } from "@qkv/training";
import { expect, test } from "vitest";
import { tinyTask } from "./fixture/tinyTask.ts";

describeBackends("a resumed run", () => {
  test("has the losses and the parameters of one that was never stopped, to the bit", async () => {
    const whole = await run(23);
    const [first, checkpoint] = await run(8);
    const [second, last] = await run(23, checkpoint);
    expect([...first, ...second]).toEqual(whole[0]);
    expect(last).toEqual(whole[1]);
    expect(first).toHaveLength(8);
  });
});

/** The losses of a run's steps, and its last checkpoint as a file would give it back. */
async function run(maxSteps: number, resume?: Checkpoint): Promise<[number[], Checkpoint]> {
  const { task, options, dispose } = tinyTask(17);
  const losses: number[] = [];
  let bytes = new Uint8Array();
  const checkpoints: Pick<CheckpointStore, "save"> = {
    save: async (checkpoint) => {
      bytes = await encodeCheckpoint(checkpoint);
    },
  };
  try {
    await train(task, {
      ...options,
      maxSteps,
      checkpoints,
      ...(resume && { resume }),
      onEvent: (event) => {
        if (event.type === "step") losses.push(event.loss);
      },
    });
    return [losses, await decodeCheckpoint(bytes)];
  } finally {
    dispose();
  }
}
