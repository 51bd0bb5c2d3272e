import { Choice, FileButton, language, Progress, useMessages } from "@qkv/app-shell";
import { clockTime } from "./clockTime.ts";
import { stop } from "./connection.ts";
import { MESSAGES } from "./messages.ts";
import { description, model } from "./models.ts";
import { heard, isExample, running, segments, transcribe } from "./session.ts";
import { settings } from "./settings.ts";
import { readingSound, sound } from "./sounds.ts";
import { recorded, speak, stopSpeaking } from "./speaking.ts";

/** What is listened to: a file, or what is spoken; in which language; and how far it is. */
export function SoundPanel({ onFiles }: { readonly onFiles: (files: File[]) => void }) {
  const messages = useMessages(MESSAGES);
  const isSpeaking = recorded.value !== undefined;
  const canListen = model.value !== undefined && sound.value !== undefined && !isSpeaking && !running.value;
  const time = (seconds: number) => clockTime(seconds, language.value);
  return (
    <section class="card stack">
      <div class="row start">
        <FileButton class="main" accept="audio/*,video/*" disabled={isSpeaking} onFiles={onFiles}>
          {messages.pick}
        </FileButton>
        {isSpeaking ? (
          <button type="button" class="recording" onClick={stopSpeaking}>
            {messages.stopSpeaking(time(recorded.value ?? 0))}
          </button>
        ) : (
          <button type="button" disabled={model.value === undefined} onClick={() => void speak()}>
            {messages.speak}
          </button>
        )}
        {canListen && (segments.value.length === 0 || isExample.value) && (
          <button type="button" onClick={() => void transcribe()}>
            {messages.listen}
          </button>
        )}
      </div>
      <Languages />
      {readingSound.value !== undefined && <Progress label={messages.reading(readingSound.value)} />}
      {running.value && sound.value !== undefined && (
        <Progress
          label={messages.listening}
          detail={`${time(heard.value)} / ${time(sound.value.seconds)}`}
          value={heard.value}
          max={sound.value.seconds}
          onCancel={() => void stop()}
        />
      )}
      <p class="small quiet">{model.value === undefined ? messages.needsModel : messages.stays}</p>
    </section>
  );
}

/** Which language is spoken, and whether the text is in English: of a model that knows several. */
function Languages() {
  const messages = useMessages(MESSAGES);
  const { languages = [] } = description.value ?? {};
  if (languages.length === 0) return null;
  const names = new Intl.DisplayNames([language.value], { type: "language", fallback: "code" });
  const named = languages.map((code) => ({ code, name: names.of(code) ?? code }));
  return (
    <div class="row start">
      <label class="row start">
        <span class="small quiet">{messages.language}</span>
        <select
          value={settings.value.language}
          disabled={running.value}
          onChange={({ currentTarget }) => (settings.value = { ...settings.value, language: currentTarget.value })}
        >
          <option value="">{messages.asHeard}</option>
          {named
            .toSorted((a, b) => a.name.localeCompare(b.name, language.value))
            .map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
        </select>
      </label>
      <Choice
        label={messages.task}
        options={[
          { value: "transcribe", label: messages.asSpoken },
          { value: "translate", label: messages.inEnglish },
        ]}
        value={settings.value.task}
        onChoose={(task) => (settings.value = { ...settings.value, task })}
        disabled={running.value}
      />
    </div>
  );
}
