// Writes public/example/transcript.json, what a model hears in public/example/speech.wav:
//   pnpm example apps/listen/scripts/makeExample.ts FOLDER-OF-WHISPER-TINY.EN
// The sound is espeak-ng's (-v en-us -s 140 -p 45), brought to 8 bits at 11,025 Hz.
import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import { openWav } from "@qkv/audio";
import { initBackend } from "@qkv/backend";
import { createTranscriber, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { heardSegment } from "../src/worker/heardSegment.ts";

const [folder = "openai/whisper-tiny.en"] = process.argv.slice(2);
const at = (name: string) => new URL(`../public/example/${name}`, import.meta.url);

await initBackend("wasm");
const pretrained = await loadPretrained(modelFolder(folder));
const sound = await openWav(await openAsBlob(at("speech.wav")));
const { segments } = await createTranscriber(pretrained).transcribe(sound, { words: true, wordAttention: true });
pretrained.model.dispose();

/** Each value a character from `!`, of 91. */
const asText = (values: Uint8Array) =>
  Array.from(values, (value) => String.fromCharCode(33 + Math.round((value * 90) / 255))).join("");

const kept = segments.map(heardSegment).map(({ words, ...segment }) => ({
  ...segment,
  words: words.map(({ attention, ...word }) => ({
    ...word,
    ...(attention && { attention: { ...attention, values: asText(attention.values) } }),
  })),
}));
await writeFile(at("transcript.json"), `${JSON.stringify(kept)}\n`);
process.stdout.write(`${segments.map(({ text }) => text).join("")}\n`);
