import { LogMel, parseSpectrogramConfig, resample } from "@qkv/audio";

const tone = Float32Array.from({ length: 44_100 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 44_100)); // a second
const samples = resample(tone, 44_100, 16_000);

const logMel = new LogMel(parseSpectrogramConfig({ feature_size: 80, chunk_length: 30 })); // of a preprocessor_config.json
const { data, numMelBins, frames } = logMel.spectrogram(samples); // padded with silence
console.log(numMelBins, frames, data.length); // 80 3000 240000
