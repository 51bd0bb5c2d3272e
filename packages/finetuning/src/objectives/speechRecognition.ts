import type { Pretrained } from "@qkv/pretrained";
import { type EncodedSpeech, givenSoundOf, type SpokenText } from "../batches/sounds.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { textOf } from "../records/dataRecord.ts";
import { ctcEncoder, ctcTask } from "./speech/ctcSpeech.ts";
import { NAME, type SpeechRecognitionSettings } from "./speech/settings.ts";
import { whisperEncoder, whisperTask } from "./speech/whisperSpeech.ts";

/** Speech recognition: a Whisper, a wav2vec 2.0 or a HuBERT learns to write what is said in clips. */
export const speechRecognition: Objective<SpeechRecognitionSettings, SpokenText, EncodedSpeech, EncodedSpeech> = {
  name: NAME,
  summary: "Teach a Whisper, a wav2vec 2.0 or a HuBERT to write what is said.",
  record: '{"audio", "text"}, a sound and what is said in it',
  modelTask: ["speechSeq2seq", "speechCtc"],
  fields: ["audio", "text"],
  sounds: ["audio"],
  read: (record) => ({ audio: givenSoundOf(record, "audio"), text: textOf(record, "text") }),
  initialize: () => ({}),
  isFrozen: (name, { freezeFeatures = true }) => freezeFeatures && name.startsWith("features."),
  encoder(pretrained, settings, onTruncated) {
    const make = isCtc(pretrained) ? ctcEncoder : whisperEncoder;
    return make(pretrained, settings, onTruncated);
  },
  createTask(pretrained, options, settings) {
    const { params = unfrozen(pretrained, settings) } = options;
    const make = isCtc(pretrained) ? ctcTask : whisperTask;
    return make(pretrained, { ...options, params }, settings);
  },
};

/** @throws RangeError for a model that writes no speech */
function isCtc({ name, task, architecture }: Pretrained): boolean {
  if (task === "speechSeq2seq" || task === "speechCtc") return task === "speechCtc";
  throw new RangeError(`${name}: ${NAME} expected a model that writes speech, got ${architecture} (${task})`);
}

function unfrozen({ model }: Pretrained, settings: SpeechRecognitionSettings): ReturnType<typeof trainedParameters> {
  const isFrozen = (name: string) => speechRecognition.isFrozen?.(name, settings) === true;
  return new Map([...trainedParameters(model)].filter(([name]) => !isFrozen(name)));
}
