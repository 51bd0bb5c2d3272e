import { formatBytes, formatDuration, Progress, useMessages } from "@qkv/app-shell";
import { computed } from "@preact/signals";
import { summary, reading } from "./data.ts";
import { goal } from "./goal.ts";
import { LossCurve } from "./LossCurve.tsx";
import { type Hindrance, MESSAGES } from "./messages.ts";
import { description, model } from "./models.ts";
import { SettingsPanel } from "./SettingsPanel.tsx";
import { goOn, startTraining, stopTraining, trained, training, type Training } from "./training.ts";
import { KIND_OF } from "./worker/kinds.ts";

/** What is missing before a training can begin. */
const hindrance = computed((): Hindrance | undefined => {
  const kind = KIND_OF[goal.value];
  if (model.value === undefined) return "model";
  if (description.value?.kind !== kind) return kind;
  if (reading.value) return "reading";
  const { count = 0, labels = [] } = summary.value ?? {};
  if (goal.value === "classify" && labels.length < 2) return "labels";
  if (goal.value === "embed" && count < 2) return "pairs";
  return count === 0 ? "examples" : undefined;
});

/** The training: how it is begun, how far it is, and its curve. */
export function TrainingPanel() {
  const messages = useMessages(MESSAGES);
  const one = training.value;
  const isRunning = one?.isRunning ?? false;
  const missing = isRunning ? undefined : hindrance.value;
  const canGoOn = trained.value !== undefined && !trained.value.isFinished;
  return (
    <section class="card stack training">
      <h2>{messages.train}</h2>
      <div class="row start">
        {isRunning ? (
          <button type="button" class="main" disabled={one?.isStopping} onClick={() => void stopTraining()}>
            {messages.stop}
          </button>
        ) : (
          <>
            {canGoOn && (
              <button type="button" class="main" onClick={() => void goOn()}>
                {messages.goOn}
              </button>
            )}
            <button
              type="button"
              class={canGoOn ? "" : "main"}
              disabled={missing !== undefined}
              onClick={() => void startTraining()}
            >
              {one === undefined ? messages.start : messages.again}
            </button>
          </>
        )}
        {missing !== undefined && <span class="small quiet">{messages.hindrances[missing]}</span>}
      </div>
      <SettingsPanel />
      {one && (isRunning || one.losses.length > 0) && <Followed one={one} />}
    </section>
  );
}

function Followed({ one }: { readonly one: Training }) {
  const messages = useMessages(MESSAGES);
  const { isRunning, isStopping, isKept, step, totalSteps, secondsLeft, memory } = one;
  const figures = [
    ...(totalSteps > 0 ? [messages.step(step, totalSteps)] : []),
    ...(secondsLeft === undefined ? [] : [messages.timeLeft(formatDuration(secondsLeft))]),
    ...(memory === undefined ? [] : [messages.memory(formatBytes(memory))]),
  ];
  return (
    <>
      {isRunning && (
        <Progress
          label={isStopping ? messages.stopping : totalSteps === 0 ? messages.preparing : messages.learning}
          {...(totalSteps > 0 && { value: step, max: totalSteps })}
          detail={figures.join(" · ")}
        />
      )}
      {!isRunning && totalSteps > 0 && (
        <p class="quiet">{one.isFinished ? messages.done(step) : messages.stoppedAt(step, totalSteps)}</p>
      )}
      <LossCurve losses={one.losses} validations={one.validations} totalSteps={totalSteps} accuracy={one.accuracy} />
      {isKept === false && <p class="small quiet">{messages.unkept}</p>}
    </>
  );
}
