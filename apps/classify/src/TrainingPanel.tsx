import { Notice, Progress, useMessages } from "@qkv/app-shell";
import { ClassEditor } from "./ClassEditor.tsx";
import {
  addClass,
  cancelTraining,
  classes,
  downloadTrained,
  isTrainedOpen,
  missing,
  trainOnClasses,
  training,
  trainingError,
} from "./trainingClasses.ts";
import { MESSAGES } from "./messages.ts";
import { labels } from "./session.ts";
import { stopCamera } from "./useCamera.ts";

/** Classes of a person's own: names, a few pictures of each, a button, and the model to take home. */
export function TrainingPanel() {
  const { training: words } = useMessages(MESSAGES);
  const { phase, done, total } = training.value ?? {};
  return (
    <details class="panel training" onToggle={({ currentTarget }) => !currentTarget.open && stopCamera()}>
      <summary>
        <span>{words.title}</span>
        <span class="quiet">{words.summary}</span>
      </summary>
      <p class="quiet">{words.lead}</p>
      <ul class="classes">
        {classes.value.map((one, place) => (
          <li key={one.id}>
            <ClassEditor one={one} number={place + 1} />
          </li>
        ))}
      </ul>
      <div class="row start">
        <button
          type="button"
          class="main"
          disabled={missing.value !== undefined || training.value !== undefined}
          onClick={() => void trainOnClasses()}
        >
          {words.start}
        </button>
        <button type="button" class="plain" onClick={addClass}>
          {words.addClass}
        </button>
        {missing.value !== undefined && <span class="small quiet">{words.missing[missing.value]}</span>}
      </div>
      {phase !== undefined && (
        <Progress
          label={words[phase]}
          value={done}
          max={total}
          detail={words.of(done ?? 0, total ?? 0)}
          onCancel={cancelTraining}
        />
      )}
      {trainingError.value !== undefined && <Notice error={trainingError.value} />}
      {isTrainedOpen.value && training.value === undefined && (
        <div class="stack trained">
          <p role="status">{words.done(labels.value.join(", "))}</p>
          <div class="row start">
            <button type="button" onClick={() => void downloadTrained()}>
              {words.download}
            </button>
            <span class="small quiet grow">{words.downloadHint}</span>
          </div>
        </div>
      )}
    </details>
  );
}
