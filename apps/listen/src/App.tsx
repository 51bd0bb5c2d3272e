import {
  BackendPanel,
  folderSource,
  formatCount,
  isModelFolder,
  modelLabel,
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
import { MESSAGES } from "./messages.ts";
import {
  fetchOffered,
  model,
  modelError,
  OFFERED,
  opening,
  openModel,
  problem,
  status,
  switchBackend,
} from "./models.ts";
import { Player } from "./Player.tsx";
import { SavePanel } from "./SavePanel.tsx";
import { isExample, listenTo, running, segments, speed } from "./session.ts";
import { SoundPanel } from "./SoundPanel.tsx";
import { Timeline } from "./Timeline.tsx";
import { Transcript } from "./Transcript.tsx";

/** A model is opened, anything else is listened to. */
function take(files: File[]): void {
  const [first] = files;
  if (isModelFolder(files)) void openModel(folderSource(files));
  else if (first !== undefined) void listenTo(first.name, first);
}

/** What becomes of what was asked for, for those who do not see it: twice a run, however long it is. */
function Announcement() {
  const messages = useMessages(MESSAGES);
  const count = segments.value.length;
  return (
    <p class="unseen" role="status">
      {running.value ? messages.listening : count > 0 && !isExample.value ? messages.done(formatCount(count)) : ""}
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
      {!isOpen && opening.value === undefined && (
        <OfferModel
          title={messages.begin}
          hint={messages.beginHint}
          offered={OFFERED}
          onFetch={fetchOffered}
          onFiles={take}
        />
      )}
      {opening.value && <OpeningProgress {...opening.value} onCancel={() => void stop()} />}
      {modelError.value !== undefined && (
        <ModelNotice error={modelError.value} isOpen={isOpen} onDismiss={() => (modelError.value = undefined)} />
      )}
      {problem.value !== undefined && <Notice error={problem.value} onDismiss={() => (problem.value = undefined)} />}
      <SoundPanel onFiles={take} />
      <section class="card stack">
        {isExample.value && <p class="small quiet">{messages.example}</p>}
        <Player />
        <Timeline />
        <Transcript />
        <SavePanel />
      </section>
      <Announcement />
      <section class="stack">
        <ModelPicker
          shipped={[]}
          isProgressElsewhere
          current={model.value}
          opening={opening.value}
          unkept={status.value?.unkept}
          example="openai/whisper-base"
          nameOf={modelLabel}
          onPick={(source) => void openModel(source)}
          onCancel={() => void stop()}
        />
        <BackendPanel
          status={status.value}
          busy={opening.value !== undefined}
          onSwitch={(name) => void switchBackend(name)}
        >
          {speed.value !== undefined && (
            <div>
              <dt>{messages.speed}</dt>
              <dd data-testid="speed">{messages.times(speed.value.toFixed(1))}</dd>
            </div>
          )}
        </BackendPanel>
        {!crossOriginIsolated && <p class="small quiet">{messages.headers}</p>}
      </section>
    </Page>
  );
}
