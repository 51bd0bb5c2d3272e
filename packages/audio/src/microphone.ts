import { checkHertz, resampleParts } from "./resampleParts.ts";
import { AudioError, shown } from "./audioError.ts";

/** Options of a microphone. */
export interface MicrophoneOptions {
  /** Samples a second, a whole number. Default 16,000. */
  readonly sampleRate?: number;
  /** Ends the recording; what was heard until then still comes. */
  readonly signal?: AbortSignal;
  /** Which microphone, and what the browser does to the sound. Default: the usual one. */
  readonly constraints?: MediaTrackConstraints;
  /** URL of captureWorklet.js. Default: where the bundler or the package put it. */
  readonly workletUrl?: string | URL;
}

/**
 * Records from the microphone of a page: one channel, part by part of about a tenth of a second. The person is asked for leave first.
 *
 * @throws AudioError without a microphone, without leave to use it, and outside of a page
 */
export async function* microphone(options: MicrophoneOptions = {}): AsyncGenerator<Float32Array, void, undefined> {
  const { sampleRate = 16_000, signal, constraints = {}, workletUrl } = options;
  checkHertz("microphone", "sampleRate", sampleRate);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new AudioError(`microphone: expected signal to be an AbortSignal, got ${shown(signal)}`);
  }
  const stream = await openStream(constraints);
  const { context, source } = await sourceAt(stream, sampleRate);
  try {
    await context.audioWorklet.addModule(workletUrl ?? new URL("./captureWorklet.js", import.meta.url));
    const capture = new AudioWorkletNode(context, "qkv-capture", { numberOfOutputs: 0 });
    source.connect(capture);
    await context.resume(); // where the page was not touched before, it waits
    yield* resampleParts(captured(capture, stream, signal), context.sampleRate, sampleRate);
  } finally {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  }
}

/** Asks for the microphone. */
async function openStream(constraints: MediaTrackConstraints): Promise<MediaStream> {
  const devices = (globalThis as { navigator?: Navigator }).navigator?.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) {
    throw new AudioError(
      "microphone: expected a page served over https or from this machine, got none with media devices",
    );
  }
  try {
    return await devices.getUserMedia({ audio: constraints });
  } catch (error) {
    const { name, message } = error as DOMException;
    const reason = name === "NotAllowedError" ? "no leave to use it" : name === "NotFoundError" ? "none" : message;
    throw new AudioError(`microphone: expected a microphone, got ${reason}`);
  }
}

/** Connects a stream at a rate, or at its own where the browser cannot change it (Firefox). */
async function sourceAt(
  stream: MediaStream,
  sampleRate: number,
): Promise<{ readonly context: AudioContext; readonly source: MediaStreamAudioSourceNode }> {
  const wanted = new AudioContext({ sampleRate });
  try {
    return { context: wanted, source: wanted.createMediaStreamSource(stream) };
  } catch {
    await wanted.close();
    const context = new AudioContext();
    return { context, source: context.createMediaStreamSource(stream) };
  }
}

/** What the worklet sends until it is stopped, or the microphone is unplugged. */
async function* captured(
  { port }: AudioWorkletNode,
  stream: MediaStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array, void, undefined> {
  const parts: (Float32Array | undefined)[] = [];
  let wake = () => undefined as void;
  port.onmessage = ({ data }: MessageEvent<Float32Array | undefined>) => {
    parts.push(data);
    wake();
  };
  const end = () => port.postMessage("end");
  signal?.addEventListener("abort", end, { once: true });
  for (const track of stream.getTracks()) track.addEventListener("ended", end, { once: true });
  if (signal?.aborted) end();
  try {
    for (;;) {
      while (parts.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const part = parts.shift();
      if (part === undefined) return;
      yield part;
    }
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
