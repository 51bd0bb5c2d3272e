import {
  BackendPanel,
  isModelFolder,
  folderSource,
  formatCount,
  modelLabel,
  ModelNotice,
  ModelPicker,
  Notice,
  OpeningProgress,
  Page,
  useMessages,
  wholePageDrop,
} from "@qkv/app-shell";
import { useEffect } from "preact/hooks";
import { AttentionPanel } from "./AttentionPanel.tsx";
import { Composer } from "./Composer.tsx";
import { stop } from "./connection.ts";
import { DropHere } from "./DropHere.tsx";
import { MESSAGES } from "./messages.ts";
import { model, modelError, opening, openModel, problem, status, switchBackend } from "./models.ts";
import { SamplingPanel } from "./SamplingPanel.tsx";
import { lastTurn, running, speed, turns } from "./session.ts";

import { TokenPanel } from "./TokenPanel.tsx";
import { Transcript } from "./Transcript.tsx";
import { WritingProgress } from "./WritingProgress.tsx";

/** A model that is dropped or picked is opened; nothing else is of use here. */
function take(files: File[]): void {
  if (isModelFolder(files)) void openModel(folderSource(files));
}

/** What becomes of what was asked for, for those who do not see it: twice a run, however long it is. */
function Announcement() {
  const messages = useMessages(MESSAGES);
  const written = lastTurn.value?.tokens.length ?? 0;
  return (
    <p class="unseen" role="status">
      {running.value ? messages.writing : written > 0 ? messages.done(formatCount(written)) : ""}
    </p>
  );
}

/** The page. */
export function App() {
  const messages = useMessages(MESSAGES);
  const isOpen = model.value !== undefined;
  useEffect(() => wholePageDrop(take), []);
  return (
    <Page title={messages.title} lead={messages.lead}>
      {!isOpen && <DropHere onFiles={take} />}
      {opening.value && <OpeningProgress {...opening.value} onCancel={() => void stop()} />}
      {modelError.value !== undefined && (
        <ModelNotice error={modelError.value} isOpen={isOpen} onDismiss={() => (modelError.value = undefined)} />
      )}
      {(isOpen || turns.value.length > 0) && (
        <>
          <div class="writing">
            <Transcript />
            <TokenPanel />
            <div class="stack">
              <WritingProgress />
              <Composer />
            </div>
          </div>
          <AttentionPanel />
        </>
      )}
      <Announcement />
      {problem.value !== undefined && <Notice error={problem.value} onDismiss={() => (problem.value = undefined)} />}
      <section class="stack">
        <ModelPicker
          shipped={[]}
          gguf
          isProgressElsewhere
          current={model.value}
          opening={opening.value}
          unkept={status.value?.unkept}
          example="owner/name-GGUF:Q4_K_M"
          nameOf={modelLabel}
          onPick={(source) => void openModel(source)}
          onCancel={() => void stop()}
        />
        <SamplingPanel />
        <BackendPanel
          status={status.value}
          busy={opening.value !== undefined}
          onSwitch={(name) => void switchBackend(name)}
        >
          {speed.value !== undefined && (
            <div>
              <dt>{messages.speed}</dt>
              <dd data-testid="speed">{messages.perSecond(speed.value.toFixed(1))}</dd>
            </div>
          )}
        </BackendPanel>
        {!crossOriginIsolated && <p class="small quiet">{messages.headers}</p>}
      </section>
    </Page>
  );
}
