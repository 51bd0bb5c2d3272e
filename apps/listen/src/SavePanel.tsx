import { CopyButton, saveFile, useMessages } from "@qkv/app-shell";
import { formatSubtitles } from "@qkv/pretrained";
import { MESSAGES } from "./messages.ts";
import { running, segments, text } from "./session.ts";
import { sound } from "./sounds.ts";

/** The kinds of files that a transcript is saved as. */
const KINDS = {
  SRT: () => formatSubtitles(segments.value, "srt"),
  VTT: () => formatSubtitles(segments.value, "vtt"),
  TXT: () => `${text.value}\n`,
  JSON: () => `${JSON.stringify({ segments: segments.value.map(plain) }, undefined, 2)}\n`,
};

/** Takes the transcript home: to the clipboard, or as a file. */
export function SavePanel() {
  const messages = useMessages(MESSAGES);
  if (segments.value.length === 0) return null;
  return (
    <div class="row">
      <span class="row start">
        <span class="small quiet">{messages.save}</span>
        {(Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) => (
          <button key={kind} type="button" disabled={running.value} onClick={() => save(kind)}>
            {kind}
          </button>
        ))}
      </span>
      <CopyButton text={text.value} />
    </div>
  );
}

function plain({ text, start, end, words }: (typeof segments.value)[number]) {
  return { start, end, text, words: words.map((word) => ({ start: word.start, end: word.end, text: word.text })) };
}

function save(kind: keyof typeof KINDS): void {
  const name = (sound.value?.name ?? "transcript").replace(/\.\w+$/, "");
  saveFile(`${name}.${kind.toLowerCase()}`, KINDS[kind]());
}
