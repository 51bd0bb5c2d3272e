import { modelLabel, useMessages } from "@qkv/app-shell";
import { printable } from "@qkv/visualize";
import { showKept } from "./data.ts";
import { MESSAGES } from "./messages.ts";
import { opening } from "./models.ts";
import { forgetKept, kept, takeUp, training } from "./training.ts";

/** A training of another visit, to go on with. */
export function KeptNotice() {
  const messages = useMessages(MESSAGES);
  const one = kept.value;
  if (one === undefined || training.value !== undefined) return null;
  const { isFinished, step, totalSteps } = one;
  return (
    <section class="card stack kept">
      <p>
        {messages.kept(messages.goals[one.goal], printable(modelLabel(one.source)))}{" "}
        {isFinished ? messages.keptDone : messages.keptAt(step, totalSteps)}
      </p>
      <div class="row start">
        <button
          type="button"
          class="main"
          disabled={opening.value !== undefined}
          onClick={() => void takeUp(({ summary }) => showKept(summary))}
        >
          {isFinished ? messages.openKept : messages.takeUp}
        </button>
        <button type="button" class="plain" onClick={forgetKept}>
          {messages.forget}
        </button>
      </div>
    </section>
  );
}
