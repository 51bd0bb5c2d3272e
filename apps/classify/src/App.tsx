import {
  BackendPanel,
  DropZone,
  FileButton,
  folderSource,
  formatMs,
  isModelFolder,
  ModelPicker,
  Notice,
  Page,
  shippedModels,
  useMessages,
} from "@qkv/app-shell";
import { Examples } from "./Examples.tsx";
import { ClassList } from "./ClassList.tsx";
import { MESSAGES } from "./messages.ts";
import { PhotoButton } from "./PhotoButton.tsx";
import { nameOf } from "./modelNames.ts";
import { PictureList } from "./PictureList.tsx";
import { PictureView } from "./PictureView.tsx";
import { addPictures, current } from "./pictures.ts";
import { cancelOpening, model, modelError, opening, openModel, problem, switchBackend, switching } from "./session.ts";
import { ShippedChoice } from "./ShippedChoice.tsx";
import { status } from "./status.ts";
import { TrainingPanel } from "./TrainingPanel.tsx";

/** A folder with a model in it is one to open; anything else is to be looked at. */
function take(files: File[]): void {
  if (isModelFolder(files)) void openModel(folderSource(files));
  else void addPictures(files);
}

/** The page. */
export function App() {
  const messages = useMessages(MESSAGES);
  const { answer } = current.value ?? {};
  return (
    <Page title={messages.title} lead={messages.lead}>
      <DropZone onFiles={take}>
        <p>{messages.drop}</p>
        <div class="row center">
          <FileButton class="main" accept="image/*" multiple onFiles={take}>
            {messages.pick}
          </FileButton>
          <PhotoButton onFiles={take} />
        </div>
        <ShippedChoice />
        <ClassList />
        <Examples />
      </DropZone>
      {problem.value !== undefined && <Notice error={problem.value} onDismiss={() => (problem.value = undefined)} />}
      {current.value && <PictureView key={current.value.id} picture={current.value} />}
      <PictureList />
      <section class="stack">
        <TrainingPanel />
        <ModelPicker
          shipped={shippedModels()}
          current={model.value}
          opening={opening.value}
          error={modelError.value}
          unkept={status.value?.unkept}
          example="google/vit-base-patch16-224"
          nameOf={nameOf}
          onPick={(source) => void openModel(source)}
          onCancel={() => void cancelOpening()}
        />
        <BackendPanel
          status={status.value}
          busy={opening.value !== undefined}
          switchingTo={switching.value}
          onSwitch={(name) => void switchBackend(name)}
        >
          {answer && (
            <div>
              <dt>{messages.took}</dt>
              <dd>{formatMs(answer.ms)}</dd>
            </div>
          )}
        </BackendPanel>
      </section>
    </Page>
  );
}
