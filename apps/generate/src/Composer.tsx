import { Choice, CopyButton, useMessages } from "@qkv/app-shell";
import { useRef } from "preact/hooks";
import { stop } from "./connection.ts";
import { MESSAGES } from "./messages.ts";
import { description, model } from "./models.ts";
import { answer, canGoOn, clear, draft, goOn, running, send, turns, wantsChat } from "./session.ts";

/** What is said to the model, or what it goes on with, and what is done with it. */
export function Composer() {
  const messages = useMessages(MESSAGES);
  const text = useRef<HTMLTextAreaElement>(null);
  const isEmpty = model.value === undefined || draft.value.trim() === "";
  return (
    <section class="composer card stack">
      {description.value?.hasChat && (
        <Choice
          label={messages.kind}
          options={[
            { value: "chat", label: messages.chat },
            { value: "text", label: messages.text },
          ]}
          value={wantsChat.value ? "chat" : "text"}
          onChoose={(kind) => (wantsChat.value = kind === "chat")}
        />
      )}
      <textarea
        ref={text}
        aria-label={wantsChat.value ? messages.say : messages.begin}
        placeholder={wantsChat.value ? messages.sayHint : messages.beginHint}
        dir="auto"
        spellcheck={false}
        rows={3}
        value={draft.value}
        onInput={({ currentTarget }) => (draft.value = currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && void send()}
      />
      <div class="row">
        <span class="row start">
          {running.value ? (
            <button type="button" class="main" onClick={() => void stop()}>
              {messages.stop}
            </button>
          ) : (
            <button type="button" class="main" title="Ctrl+Enter" disabled={isEmpty} onClick={() => void send()}>
              {wantsChat.value ? messages.send : messages.write}
            </button>
          )}
          {canGoOn.value && (
            <button type="button" onClick={() => void goOn()}>
              {messages.goOn}
            </button>
          )}
          <button
            type="button"
            class="plain"
            disabled={turns.value.length === 0}
            onClick={() => {
              void clear();
              text.current?.focus();
            }}
          >
            {messages.anew}
          </button>
        </span>
        <CopyButton text={answer.value} />
      </div>
      {model.value === undefined && <p class="small quiet">{messages.needsModel}</p>}
    </section>
  );
}
