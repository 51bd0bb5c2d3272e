import { readFile } from "node:fs/promises";
import { decodeSound } from "@qkv/audio/node";
import { initBackend } from "@qkv/backend";
import { createTranscriber, formatSubtitles, loadPretrained, Transcriber, transcribeLive } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";

await initBackend();
const open = (folder: string) => loadPretrained(modelFiles(`tiny/${folder}`)); // or loadPretrained("owner/name")

const sound = await decodeSound(new Uint8Array(await readFile("packages/audio/test/golden/sounds/mpeg2.mp3")));
console.log(sound.channels.length, sound.sampleRate);

const transcriber = createTranscriber(await open("whisper"));
const { text, segments } = await transcriber.transcribe(sound, { words: true });
const words = segments.flatMap((segment) => segment.words ?? []); // { text, start, end } in seconds
console.log(typeof text, formatSubtitles(words, "vtt").startsWith("WEBVTT"));

async function* parts() {
  for (let at = 0; at < 1600; at += 400) yield sound.channels[0]?.slice(at, at + 400) ?? new Float32Array(); // or microphone()
}
if (transcriber instanceof Transcriber) {
  for await (const { settled, open } of transcribeLive(transcriber, parts(), { every: 0.05 })) console.log(typeof settled, typeof open); // prettier-ignore
}
transcriber.model.dispose();

const characters = createTranscriber(await open("hubert"));
const spoken = await characters.transcribe(sound, { words: true });
console.log(typeof spoken.text);
characters.model.dispose();
