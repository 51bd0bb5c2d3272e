import { SAMPLE_RATE } from "./worker/sentSound.ts";

/** Samples that are handed over at once: few enough that the page does not stand still. */
const PART = 2 ** 16;

/** Whether a file is one that the worker reads part by part. */
export async function isWav(file: Blob): Promise<boolean> {
  const name = new TextDecoder("latin1").decode(await file.slice(0, 12).arrayBuffer());
  return name.startsWith("RIFF") && name.endsWith("WAVE");
}

/** Decodes a file of any kind that the browser plays, and gives its mean channel at 16 kHz, part by part. @throws DOMException for another */
export async function* decodedParts(file: Blob): AsyncGenerator<Float32Array, void, undefined> {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE); // decoding resamples to its rate
  const buffer = await context.decodeAudioData(await file.arrayBuffer());
  const { length, numberOfChannels } = buffer;
  for (let start = 0; start < length; start += PART) {
    const mean = new Float32Array(Math.min(PART, length - start));
    const channel = new Float32Array(mean.length);
    for (let c = 0; c < numberOfChannels; c++) {
      buffer.copyFromChannel(channel, c, start);
      for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (channel[i] ?? 0) / numberOfChannels;
    }
    yield mean;
  }
}
