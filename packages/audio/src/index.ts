export { AudioError } from "./audioError.ts";
export { decodeWav } from "./decodeWav.ts";
export { LogMel, type Spectrogram } from "./logMel.ts";
export { resample } from "./resample.ts";
export { checkSound, type Sound, toMono } from "./sound.ts";
export { formatSpectrogramConfig, parseSpectrogramConfig, type SpectrogramConfig } from "./spectrogramConfig.ts";
