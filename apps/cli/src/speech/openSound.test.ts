import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openSound } from "./openSound.ts";

const golden = (name: string) =>
  fileURLToPath(new URL(`../../../../packages/audio/test/golden/sounds/${name}`, import.meta.url));

test.each(["mpeg2.mp3", "stereo16.flac", "vorbis.ogg", "opus.ogg"])("%s is decoded", async (name) => {
  const sound = await openSound(golden(name));
  expect("channels" in sound && sound.channels[0]?.length).toBe(sound.sampleRate / 10);
});

test("what is no sound is named, and so is what is not there", async () => {
  await expect(openSound(golden("expected.safetensors"))).rejects.toThrow("expected a WAV, FLAC, MP3, Ogg Opus");
  await expect(openSound(golden("none.mp3"))).rejects.toMatchObject({ code: "ENOENT" });
});
