import { openAsBlob } from "node:fs";
import { open } from "node:fs/promises";
import type { SoundSource } from "@qkv/audio";

/** Opens a sound file, which is read part by part. @throws Error with the system's code where there is no file to read */
export async function openSound(path: string): Promise<SoundSource> {
  const { openWav } = await import("@qkv/audio");
  const file = await open(path);
  try {
    await file.read(Buffer.alloc(1), 0, 1, 0); // of a missing file, or a folder, a blob does not say what is wrong
  } finally {
    await file.close();
  }
  return openWav(await openAsBlob(path));
}
