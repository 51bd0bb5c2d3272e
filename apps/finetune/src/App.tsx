import {
  BackendPanel,
  folderSource,
  isModelFolder,
  ModelNotice,
  ModelPicker,
  Notice,
  OfferModel,
  OpeningProgress,
  Page,
  useMessages,
  wholePageDrop,
} from "@qkv/app-shell";
import { useEffect } from "preact/hooks";
import { stop } from "./connection.ts";
import { addFiles } from "./data.ts";
import { DataPanel } from "./DataPanel.tsx";
import { goal } from "./goal.ts";
import { GoalChoice } from "./GoalChoice.tsx";
import { HomePanel } from "./HomePanel.tsx";
import { KeptNotice } from "./KeptNotice.tsx";
import { MESSAGES } from "./messages.ts";
import {
  description,
  model,
  modelError,
  opening,
  openModel,
  OFFERED,
  problem,
  status,
  switchBackend,
} from "./models.ts";
import { training } from "./training.ts";
import { TrainingPanel } from "./TrainingPanel.tsx";
import { TrialPanel } from "./TrialPanel.tsx";
import { KIND_OF } from "./worker/kinds.ts";

/** A folder with a model in it is one to begin with; anything else is examples. */
function take(files: File[]): void {
  if (training.value?.isRunning) return;
  if (isModelFolder(files)) void openModel(folderSource(files));
  else addFiles(files);
}

/** What becomes of a training, for those who do not see it: twice a run, however long it is. */
function Announcement() {
  const messages = useMessages(MESSAGES);
  const { isRunning, isFinished, step = 0, totalSteps = 0 } = training.value ?? {};
  const said = isRunning ? messages.learning : isFinished ? messages.done(step) : messages.stoppedAt(step, totalSteps);
  return (
    <p class="unseen" role="status">
      {training.value === undefined || (!isRunning && totalSteps === 0) ? "" : said}
    </p>
  );
}

/** The page. */
export function App() {
  const messages = useMessages(MESSAGES);
  const isOpen = model.value !== undefined;
  const isRunning = training.value?.isRunning ?? false;
  const [kind, offered] = [KIND_OF[goal.value], OFFERED[goal.value]];
  const fits = description.value?.kind === kind;
  useEffect(() => wholePageDrop(take), []);
  return (
    <Page title={messages.title} lead={messages.lead}>
      <KeptNotice />
      <GoalChoice />
      {(!isOpen || !fits) && (
        <OfferModel
          title={messages.begin[kind]}
          hint={messages.beginHint}
          offered={offered}
          disabled={opening.value !== undefined || isRunning}
          onFetch={() => void openModel({ kind: "remote", ref: offered.ref })}
          onFiles={take}
        />
      )}
      {opening.value && <OpeningProgress {...opening.value} onCancel={() => void stop()} />}
      {modelError.value !== undefined && (
        <ModelNotice error={modelError.value} isOpen={isOpen} onDismiss={() => (modelError.value = undefined)} />
      )}
      <DataPanel />
      <TrainingPanel />
      {problem.value !== undefined && <Notice error={problem.value} onDismiss={() => (problem.value = undefined)} />}
      <TrialPanel />
      <HomePanel />
      <Announcement />
      <section class="stack" inert={isRunning}>
        <ModelPicker
          shipped={[]}
          gguf={kind === "writer"}
          isProgressElsewhere
          current={model.value}
          opening={opening.value}
          unkept={status.value?.unkept}
          example={offered.ref}
          onPick={(source) => void openModel(source)}
          onCancel={() => void stop()}
        />
        <BackendPanel
          status={status.value}
          busy={opening.value !== undefined || isRunning}
          onSwitch={(name) => void switchBackend(name)}
        />
        {!crossOriginIsolated && <p class="small quiet">{messages.headers}</p>}
      </section>
    </Page>
  );
}
