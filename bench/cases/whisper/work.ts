/** What every engine of the case whisper is told. */
export interface WhisperWork {
  /** A Whisper's folder; onnx/ holds the same weights for transformers.js. */
  readonly folder: string;
  readonly maxNewTokens: number;
}

const RATE = 16_000;
const SECONDS = 30;

/** Thirty seconds of sound at 16 kHz, the same for every engine: tones that wander and swell, with some noise. */
export function soundOf(): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: RATE * SECONDS }, (_, i) => {
    const time = i / RATE;
    phase += (2 * Math.PI * (220 + 90 * Math.sin(2.3 * time) + 40 * Math.sin(11 * time))) / RATE;
    const voice = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(5 * phase) + 0.1 * Math.sin(11 * phase);
    return 0.2 * voice * (0.6 + 0.4 * Math.sin(7 * time)) + 0.01 * Math.sin(i * i * 0.37);
  });
}
