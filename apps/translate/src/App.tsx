import {
  BackendPanel,
  folderSource,
  formatCount,
  isModelFolder,
  language,
  modelLabel,
  ModelPicker,
  type ModelSource,
  Notice,
  Page,
  Progress,
  shippedModels,
  useMessages,
  wholePageDrop,
} from "@qkv/app-shell";
import { directionOf } from "@qkv/pretrained";
import { useEffect } from "preact/hooks";
import { AttentionPanel } from "./AttentionPanel.tsx";
import { Alternatives } from "./Alternatives.tsx";
import { directionName } from "./direction.ts";
import { Editor } from "./Editor.tsx";
import { History } from "./History.tsx";
import { MESSAGES } from "./messages.ts";
import { model, modelError, opening, openModel, problem, status, switchBackend } from "./models.ts";
import { stop } from "./connection.ts";
import { SearchPanel } from "./SearchPanel.tsx";
import { isByItself, isOld, running, sentences, speed, total } from "./session.ts";

const shipped = shippedModels();

function nameOf(source: ModelSource): string {
  const direction = directionOf(modelLabel(source));
  return source.kind === "shipped" && direction ? directionName(direction, language.value) : modelLabel(source);
}

/** What becomes of a translation that was asked for, for those who do not see it: twice a run, however long it is. */
function Announcement() {
  const messages = useMessages(MESSAGES);
  const [done, all] = [sentences.value.length, total.value];
  const said = isByItself.value
    ? "" // it would speak into what is being written
    : running.value
      ? messages.translating
      : done === 0
        ? ""
        : messages.progress(formatCount(done), formatCount(all));
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}

/** The page. */
export function App() {
  const messages = useMessages(MESSAGES);
  useEffect(() => wholePageDrop((files) => isModelFolder(files) && void openModel(folderSource(files))), []);
  const done = sentences.value.length;
  return (
    <Page title={messages.title} lead={messages.lead}>
      <Editor />
      <Announcement />
      {running.value && !isOld.value && total.value > 1 && (
        <Progress
          label={messages.translating}
          detail={messages.progress(formatCount(done), formatCount(total.value))}
          value={done}
          max={total.value}
        />
      )}
      {problem.value !== undefined && <Notice error={problem.value} onDismiss={() => (problem.value = undefined)} />}
      <Alternatives />
      <AttentionPanel />
      <section class="stack">
        <ModelPicker
          shipped={shipped}
          current={model.value}
          opening={opening.value}
          error={modelError.value}
          unkept={status.value?.unkept}
          example="Helsinki-NLP/opus-mt-en-de"
          nameOf={nameOf}
          onPick={(source) => void openModel(source)}
          onCancel={() => void stop()}
        />
        <SearchPanel />
        <BackendPanel
          status={status.value}
          busy={opening.value !== undefined}
          onSwitch={(name) => void switchBackend(name)}
        >
          {speed.value !== undefined && (
            <div>
              <dt>{messages.speed}</dt>
              <dd data-testid="speed">{messages.perSecond(formatCount(Math.round(speed.value)))}</dd>
            </div>
          )}
        </BackendPanel>
        {!crossOriginIsolated && <p class="small quiet">{messages.headers}</p>}
        <History />
      </section>
    </Page>
  );
}
