export { AudioError } from "./audioError.ts";
export { decodeWav } from "./decodeWav.ts";
export { encodeWav } from "./encodeWav.ts";
export { LogMel, type Spectrogram } from "./logMel.ts";
export { openWav } from "./openWav.ts";
export { resample } from "./resample.ts";
export { checkSound, type Sound, toMono } from "./sound.ts";
export { type MonoReader, readMono, type SoundSource } from "./soundSource.ts";
export { formatSpectrogramConfig, parseSpectrogramConfig, type SpectrogramConfig } from "./spectrogramConfig.ts";
