import { type Messages, useMessages } from "@qkv/app-shell";
import { useState } from "preact/hooks";
import { sentence } from "./sentence.ts";

const MESSAGES: Messages<{ label: string; translate: string }> = {
  en: { label: "English sentence", translate: "Translate" },
  ko: { label: "영어 문장", translate: "번역하기" },
};

/** A sentence to type, which both figures then look at. */
export function SentenceField() {
  const messages = useMessages(MESSAGES);
  const [text, setText] = useState(sentence.value);
  return (
    <form
      class="row start sentence-field"
      onSubmit={(event) => {
        event.preventDefault();
        sentence.value = text;
      }}
    >
      <input
        type="text"
        lang="en"
        aria-label={messages.label}
        maxLength={120}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">{messages.translate}</button>
    </form>
  );
}
