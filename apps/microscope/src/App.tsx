import {
  BackendPanel,
  folderSource,
  isModelFolder,
  modelLabel,
  ModelNotice,
  ModelPicker,
  Notice,
  OpeningProgress,
  Page,
  shippedModels,
  useMessages,
  wholePageDrop,
} from "@qkv/app-shell";
import { useEffect } from "preact/hooks";
import { stop } from "./connection.ts";
import { MESSAGES } from "./messages.ts";
import { model, modelError, opening, openModel, problem, status, switchBackend } from "./models.ts";
import { ReadingPanel } from "./ReadingPanel.tsx";
import { reading } from "./texts.ts";
import { Views } from "./Views.tsx";

/** A model that is dropped is opened; nothing else is of use here. */
function take(files: File[]): void {
  if (isModelFolder(files)) void openModel(folderSource(files));
}

/** The page. */
export function App() {
  const messages = useMessages(MESSAGES);
  const isOpen = model.value !== undefined;
  useEffect(() => wholePageDrop(take), []);
  return (
    <Page title={messages.title} lead={messages.lead}>
      {opening.value && <OpeningProgress {...opening.value} onCancel={() => void stop()} />}
      {modelError.value !== undefined && (
        <ModelNotice error={modelError.value} isOpen={isOpen} onDismiss={() => (modelError.value = undefined)} />
      )}
      {isOpen && <ReadingPanel />}
      {problem.value !== undefined && <Notice error={problem.value} onDismiss={() => (problem.value = undefined)} />}
      {reading.value !== undefined && <Views reading={reading.value} />}
      <section class="stack">
        <ModelPicker
          shipped={shippedModels()}
          gguf
          isProgressElsewhere
          current={model.value}
          opening={opening.value}
          unkept={status.value?.unkept}
          example="HuggingFaceTB/SmolLM2-135M-Instruct"
          nameOf={modelLabel}
          onPick={(source) => void openModel(source)}
          onCancel={() => void stop()}
        />
        <BackendPanel
          status={status.value}
          busy={opening.value !== undefined}
          onSwitch={(name) => void switchBackend(name)}
        />
        <p class="small quiet">{messages.more}</p>
      </section>
    </Page>
  );
}
