import { modelLabel, useMessages } from "@qkv/app-shell";
import { drawExample, examplesFor, fileNameOf } from "./examples.ts";
import { MESSAGES } from "./messages.ts";
import { addPictures, pictures } from "./pictures.ts";
import { model } from "./session.ts";

/** Pictures to begin with, while there are none of a person's own: those that are not shown yet. */
export function Examples() {
  const { examples } = useMessages(MESSAGES);
  const names = model.value === undefined ? [] : examplesFor(modelLabel(model.value));
  const shown = pictures.value.map(({ name }) => name);
  const left = names.filter((name) => !shown.includes(fileNameOf(name)));
  if (left.length === 0 || left.length + shown.length > names.length) return null;
  return (
    <div class="row center" role="group" aria-label={examples.title}>
      <span class="quiet small">{examples.title}</span>
      {left.map((name) => (
        <button
          key={name}
          type="button"
          class="small"
          onClick={() => void drawExample(name).then((file) => addPictures([file]))}
        >
          {examples.names[name]}
        </button>
      ))}
    </div>
  );
}
