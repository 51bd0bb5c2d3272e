import * as tf from "@tensorflow/tfjs-core";
import { checkArray } from "../checks/argumentChecks.ts";

/** What tfjs records of an operation on the way forward. */
export type TapeNode = NonNullable<ReturnType<typeof tf.engine>["state"]["activeTape"]>[number];

/**
 * Lets the backward pass over a tape dispose of what it is past: what each operation saved on the way forward, and the gradients with
 * respect to its outputs. tfjs keeps both to the end, and so needs memory for all activations and all their gradients at once;
 * with this, for little more than the activations. The gradients are the same numbers.
 *
 * To be called when the forward pass has been recorded. A tape that is released can be walked once.
 */
export function releaseTape(tape: readonly TapeNode[]): void {
  checkArray("releaseTape", "tape", tape);
  let end = tape.length; // the walk is past the nodes from here on
  let spent: (tf.Tensor | null)[] = []; // what the last node was the last to need
  let beginning: number | undefined; // the id of the first gradient: what is older is the forward pass's
  const begun = new Set<number>(); // tensors, by id, that have a gradient already
  tape.forEach((node, at) => {
    const { gradient } = node;
    if (gradient === undefined) return;
    node.gradient = (dys) => {
      for (const passed of tape.slice(at + 1, end)) tf.dispose(passed.saved);
      end = at + 1;
      for (const tensor of spent) tensor?.dispose();
      spent = [dys].flat();
      beginning ??= Math.max(...spent.map((dy) => dy?.id ?? 0));

      const others = new Set(spent.map((dy) => dy?.id));
      const parts = gradient(dys);
      return Object.fromEntries(
        Object.entries(parts).map(([name, part]) => [
          name,
          () => {
            const result = part();
            const isItsOwn = result.id > (beginning ?? 0) && !others.has(result.id);
            const dx = isItsOwn ? result : tf.clone(result); // what others hold is theirs to dispose of
            others.add(dx.id);
            const of = node.inputs[name]?.id ?? NaN;
            if (begun.has(of)) spent.push(dx); // tfjs adds it to the one before
            begun.add(of);
            return dx;
          },
        ]),
      );
    };
  });
}
