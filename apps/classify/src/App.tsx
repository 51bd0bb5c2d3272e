import {
  BackendPanel,
  DropZone,
  FileButton,
  folderSource,
  formatPercent,
  isModelFolder,
  type Messages,
  ModelPicker,
  Notice,
  Page,
  shippedModels,
  useMessages,
} from "@qkv/app-shell";
import { computed } from "@preact/signals";
import {
  addPictures,
  cancelOpening,
  labels,
  model,
  modelError,
  opening,
  openModel,
  pictures,
  problem,
  status,
  switchBackend,
} from "./session.ts";

const MESSAGES: Messages<{ title: string; lead: string; drop: string; pick: string; photograph: string }> = {
  en: {
    title: "What is in the picture?",
    lead: "A Vision Transformer answers in your browser, and shows where it looked.",
    drop: "Drop pictures here, or paste one",
    pick: "Choose pictures",
    photograph: "Take a photo",
  },
  ko: {
    title: "사진 속에 무엇이 있나요?",
    lead: "비전 트랜스포머가 브라우저 안에서 답하고, 어디를 보았는지 보여 줍니다.",
    drop: "사진을 끌어다 놓거나 붙여 넣으세요",
    pick: "사진 고르기",
    photograph: "사진 찍기",
  },
};

const busy = computed(() => opening.value !== undefined);

function take(files: File[]): void {
  if (isModelFolder(files)) void openModel(folderSource(files));
  else void addPictures(files);
}

/** The page. */
export function App() {
  const messages = useMessages(MESSAGES);
  return (
    <Page title={messages.title} lead={messages.lead}>
      <DropZone onFiles={take}>
        <p>{messages.drop}</p>
        <div class="row">
          <FileButton class="main" accept="image/*" multiple onFiles={take}>
            {messages.pick}
          </FileButton>
          <FileButton accept="image/*" capture="environment" onFiles={take}>
            {messages.photograph}
          </FileButton>
        </div>
      </DropZone>
      {problem.value !== undefined && <Notice error={problem.value} onDismiss={() => (problem.value = undefined)} />}
      {pictures.value.map(({ id, name, url, answer, error }) => (
        <article key={id} class="card">
          <img src={url} alt={name} />
          {error !== undefined && <Notice error={error} />}
          <ol>
            {answer?.labels.slice(0, 5).map(({ label, score }) => (
              <li key={label}>
                {label} {formatPercent(score)}
              </li>
            ))}
          </ol>
        </article>
      ))}
      <ModelPicker
        shipped={shippedModels()}
        current={model.value}
        opening={opening.value}
        error={modelError.value}
        example="google/vit-base-patch16-224"
        onPick={(source) => void openModel(source)}
        onCancel={cancelOpening}
      />
      <BackendPanel status={status.value} busy={busy.value} onSwitch={(name) => void switchBackend(name)} />
      <p class="small quiet">{labels.value.join(", ")}</p>
    </Page>
  );
}
