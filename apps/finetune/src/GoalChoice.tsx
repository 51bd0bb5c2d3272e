import { Choice, useMessages } from "@qkv/app-shell";
import { GOALS } from "./data/examples.ts";
import { goal } from "./goal.ts";
import { MESSAGES } from "./messages.ts";
import { training } from "./training.ts";

/** What the model is to become. */
export function GoalChoice() {
  const messages = useMessages(MESSAGES);
  return (
    <section class="stack goal">
      <Choice
        label={messages.goal}
        options={GOALS.map((value) => ({ value, label: messages.goals[value] }))}
        value={goal.value}
        onChoose={(chosen) => (goal.value = chosen)}
        disabled={training.value?.isRunning ?? false}
      />
      <p class="quiet">{messages.goalHints[goal.value]}</p>
    </section>
  );
}
