import { CopyButton, modelLabel, useMessages } from "@qkv/app-shell";
import { directionOf } from "@qkv/pretrained";
import { useRef } from "preact/hooks";
import { scrollTogether } from "./scrollTogether.ts";
import { Directions } from "./Directions.tsx";
import { MESSAGES } from "./messages.ts";
import { model } from "./models.ts";
import { Notes } from "./Notes.tsx";
import { EXAMPLES } from "./examples.ts";
import { canGoOn, isByItself, running, source, translate, translation } from "./session.ts";
import { Translation } from "./Translation.tsx";
import { stop } from "./connection.ts";

/** The text, its translation, and what is done with them. */
export function Editor() {
  const messages = useMessages(MESSAGES);
  const text = useRef<HTMLTextAreaElement>(null);
  const direction = model.value && directionOf(modelLabel(model.value));
  return (
    <section class="editor card">
      <Directions />
      <div class="panes" onScrollCapture={scrollTogether}>
        <textarea
          ref={text}
          aria-label={messages.source}
          placeholder={messages.placeholder}
          lang={direction?.from}
          dir="auto"
          spellcheck={false}
          rows={7}
          value={source.value}
          onInput={({ currentTarget }) => (source.value = currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && void translate()}
        />
        <div class="row actions">
          <span class="row start">
            {running.value && !isByItself.value ? (
              <button type="button" class="main" onClick={() => void stop()}>
                {messages.stop}
              </button>
            ) : (
              <button
                type="button"
                class="main"
                title="Ctrl+Enter"
                disabled={model.value === undefined || source.value.trim() === ""}
                onClick={() => void translate()}
              >
                {canGoOn.value ? messages.goOn : messages.translate}
              </button>
            )}
            <button
              type="button"
              class="plain"
              disabled={source.value === ""}
              onClick={() => {
                source.value = "";
                text.current?.focus();
              }}
            >
              {messages.clear}
            </button>
          </span>
          <CopyButton text={translation.value} />
        </div>
        <Translation lang={direction?.to ?? ""} label={messages.target} empty={messages.empty} />
      </div>
      {source.value === "" && <Examples lang={direction?.from} />}
      <Notes />
    </section>
  );
}

/** Texts to begin with, in the language that is translated from. */
function Examples({ lang = "" }: { readonly lang: string | undefined }) {
  const messages = useMessages(MESSAGES);
  const texts = EXAMPLES[lang] ?? [];
  if (texts.length === 0) return null;
  return (
    <div class="examples" role="group" aria-label={messages.examples}>
      <span class="quiet small">{messages.examples}</span>
      {texts.map((text) => (
        <button
          key={text}
          type="button"
          class="plain small"
          lang={lang}
          onClick={() => {
            source.value = text;
            void translate();
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
