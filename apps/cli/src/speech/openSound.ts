import { openAsBlob } from "node:fs";
import { open } from "node:fs/promises";
import type { Sound, SoundSource } from "@qkv/audio";

/**
 * Opens a sound file: WAV is read part by part, other formats are decoded as a whole.
 *
 * @throws Error with the system's code where there is no file to read; AudioError naming a format that cannot be read
 */
export async function openSound(path: string): Promise<Sound | SoundSource> {
  const file = await open(path);
  try {
    await file.read(Buffer.alloc(1), 0, 1, 0); // of a missing file, or a folder, a blob does not say what is wrong
  } finally {
    await file.close();
  }
  return soundIn(await openAsBlob(path));
}

/** The sound of a file's bytes. @throws AudioError naming a format that cannot be read */
export async function soundIn(file: Blob): Promise<Sound | SoundSource> {
  const start = Buffer.from(await file.slice(0, 4).arrayBuffer());
  if (start.toString("latin1") === "RIFF") {
    const { openWav } = await import("@qkv/audio");
    return openWav(file);
  }
  const { decodeSound } = await import("@qkv/audio/node");
  return decodeSound(new Uint8Array(await file.arrayBuffer()));
}
