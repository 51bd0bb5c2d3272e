import { checkOptions, type OptionNames } from "@qkv/ops";
import { WhisperModel } from "@qkv/transformer";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { checkPrompt, promptOf, type PromptOptions } from "./prompt.ts";
import { withPromptDefaults } from "./promptDefaults.ts";
import { whisperTokens } from "./whisperTokens.ts";

const NAMES: OptionNames<PromptOptions> = { language: true, task: true };

/**
 * The tokens that a Whisper's texts without times begin with: the start, language and task of a model that knows several, and that there
 * are no times. The `prefix_tokens` of transformers' tokenizer, for training.
 *
 * @throws RangeError for a language or a task that the model does not have, or if neither options nor files name a language
 * @throws PretrainedError if it is no Whisper, or a token is missing
 */
export function transcriptionPrompt(pretrained: Pretrained, options: PromptOptions = {}): number[] {
  const who = "transcriptionPrompt";
  checkPretrained(who, pretrained);
  checkOptions(who, options, NAMES);
  const { name, model, tokenizer, architecture, generationConfig } = pretrained;
  if (!(model instanceof WhisperModel)) {
    throw new PretrainedError(`${name}/config.json: ${who} expected a Whisper, got ${architecture}`);
  }
  if (tokenizer === undefined) throw new PretrainedError(`${name}/tokenizer.json: expected a file, got nothing`);
  const tokens = whisperTokens(name, tokenizer, generationConfig, model);
  checkPrompt(who, tokens, options);
  const { language, task } = withPromptDefaults(options, tokens.defaults ?? {});
  if (language === undefined && tokens.languages.size > 0) {
    throw new RangeError(`${who}: expected a language of ${[...tokens.languages.keys()].join(", ")}, got nothing`);
  }
  return promptOf(tokens, { ...(task !== undefined && { task }), timestamps: false }, language);
}
