// What the model that has learned makes of a text.
import { isAbort, oncePerFrame, remoteListener } from "@qkv/app-shell";
import { batch, effect, signal } from "@preact/signals";
import { worker } from "./connection.ts";
import type { Goal } from "./data/examples.ts";
import { problem } from "./models.ts";
import { trained } from "./training.ts";
import type { Neighbour, Side } from "./worker/tryOut.ts";

/** What came of a text, by goal. */
export type TrialResult =
  | { readonly goal: "classify"; readonly labels: readonly { readonly label: string; readonly score: number }[] }
  | { readonly goal: "embed"; readonly sides: Readonly<Record<Side, readonly Neighbour[]>> }
  | { readonly goal: "write"; readonly prompt: string; readonly sides: Readonly<Record<Side, string>> };

/** The text that is tried. */
export const tried = signal("");
export const result = signal<TrialResult | undefined>(undefined);
export const trying = signal(false);

effect(() => {
  if (trained.value === undefined) result.value = undefined; // it was another's
});

/** Tries a text. */
export async function tryOut(): Promise<void> {
  const [one, text] = [trained.value, tried.value.trim()];
  if (one === undefined || text === "" || trying.value) return;
  trying.value = true;
  try {
    await TRIALS[one.goal](text);
  } catch (error) {
    if (!isAbort(error)) problem.value = error;
  } finally {
    trying.value = false;
  }
}

const TRIALS: Readonly<Record<Goal, (text: string) => Promise<void>>> = {
  classify: async (text) => {
    result.value = { goal: "classify", labels: await worker.classify(text) };
  },
  embed: async (text) => {
    result.value = { goal: "embed", sides: await worker.nearest(text) };
  },
  write: async (prompt) => {
    const sides = { tuned: "", base: "" };
    const show = () => batch(() => void (result.value = { goal: "write", prompt, sides: { ...sides } }));
    const frame = oncePerFrame(show);
    await worker.write(
      prompt,
      remoteListener((side: Side, text: string) => {
        sides[side] += text;
        frame.ask();
      }),
    );
    frame.cancel();
    show();
  },
};
