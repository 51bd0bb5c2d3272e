import { describeArgument } from "@qkv/ops";
import { AssistantProposals } from "./assistantProposals.ts";
import type { Decoding, NextToken } from "./decoding.ts";
import type { StepDecoding } from "./greedy.ts";
import type { GenerationOptions, GenerationSettings, GenerativeModel } from "./options.ts";
import { promptLookup } from "./promptLookup.ts";
import type { Proposals } from "./proposals.ts";

/** Number of tokens that an assistant proposes at most, as in Hugging Face. */
const ASSISTANT_TOKENS = 20;

/**
 * Whether tokens are proposed.
 *
 * @throws RangeError for options that it cannot go with: beams, several sequences, padding, an encoder-decoder
 */
export function isSpeculative(who: string, model: GenerativeModel, options: GenerationOptions): boolean {
  const { assistantModel, promptLookupNumTokens, numBeams = 1, numReturnSequences = 1 } = options;
  const refuse = (expected: string, got: string): never => {
    throw new RangeError(`${who}: expected ${expected}, got ${got}`);
  };
  if ("encode" in model && options.contextShift) refuse("a decoder-only model with contextShift", "an encoder-decoder");
  if (assistantModel === undefined && promptLookupNumTokens === undefined) return false;
  if (assistantModel !== undefined && promptLookupNumTokens !== undefined) {
    refuse("assistantModel or promptLookupNumTokens", "both");
  }
  const name = assistantModel === undefined ? "promptLookupNumTokens" : "assistantModel";
  for (const count of ["promptLookupNumTokens", "maxMatchingNgramSize", "numAssistantTokens"] as const) {
    const value = options[count];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      refuse(`${count} to be a whole number from 1`, typeof value === "number" ? `${value}` : describeArgument(value));
    }
  }
  const { assistantConfidenceThreshold: threshold = 0 } = options;
  if (!(threshold >= 0 && threshold <= 1)) {
    refuse("assistantConfidenceThreshold to be a number from 0 to 1", `${threshold}`);
  }
  if (assistantModel !== undefined && (typeof assistantModel?.decode !== "function" || "encode" in assistantModel)) {
    refuse("assistantModel to be a decoder-only model", describeArgument(assistantModel));
  }
  if ("encode" in model) refuse(`a decoder-only model with ${name}`, "an encoder-decoder");
  if (numBeams > 1) refuse(`numBeams to be 1 with ${name}`, `${numBeams}`);
  if (numReturnSequences > 1) refuse(`numReturnSequences to be 1 with ${name}`, `${numReturnSequences}`);
  if (options.contextShift) refuse(`contextShift to be false with ${name}`, "true");
  if (options.attentionMask?.some((row) => row.includes(0))) {
    refuse(`prompts without padding with ${name}`, "an attentionMask with 0");
  }
  return true;
}

/** A decoding of one sequence, whose next tokens are proposed and read several in a pass. */
export interface SpeculativeDecoding extends StepDecoding {
  /** Disposes of what proposes; not of the decoding itself. */
  dispose(): void;
}

/**
 * Speculative decoding (arXiv:2211.17192) as a decoding: after a pass over the text and what is proposed to follow it, it
 * answers the steps whose tokens were proposed rightly without another.
 *
 * Whoever chooses tokens sees the same logits in the same order as without proposals, so the result is the same.
 */
export function speculativeDecoding(
  decoding: Decoding,
  model: GenerativeModel,
  options: GenerationOptions,
  settings: GenerationSettings,
): SpeculativeDecoding {
  const { assistantModel, promptLookupNumTokens, maxMatchingNgramSize = 2 } = options;
  const proposals: Proposals =
    assistantModel === undefined
      ? promptLookup(maxMatchingNgramSize)
      : new AssistantProposals(assistantModel, options, settings);
  const most = promptLookupNumTokens ?? options.numAssistantTokens ?? ASSISTANT_TOKENS;
  const { vocabSize = Infinity, maxPositions = Infinity } = model.generation;
  const { rereadBeyond = Infinity } = "encode" in model ? {} : model.generation;
  /** The text that was read, with what was proposed, and what may follow each of its last tokens. */
  let read: { readonly ids: readonly number[]; readonly next: readonly NextToken[] } | undefined;

  /** The answer of the last pass, if the text goes on as it was proposed. */
  const known = (ids: readonly number[]): NextToken | undefined => {
    if (read === undefined) return undefined;
    const place = ids.length - (read.ids.length - read.next.length) - 1;
    if (place < 0 || place >= read.next.length) return undefined;
    const { ids: proposed } = read;
    return ids.every((id, i) => id === proposed[i]) ? read.next[place] : undefined;
  };

  return {
    async step([ids = []]) {
      const answer = known(ids);
      if (answer !== undefined) return [answer];
      decoding.truncate(ids.length - 1); // what was proposed wrongly
      // Not beyond a place where positions change.
      const ends = [settings.maxLength - 1, maxPositions, ...(ids.length <= rereadBeyond ? [rereadBeyond] : [])];
      const room = Math.min(most, ...ends.map((end) => end - ids.length));
      const proposed = room > 0 ? await proposals.propose(ids, room) : [];
      const odd = proposed.findIndex((id) => id >= vocabSize);
      const all = [...ids, ...(odd === -1 ? proposed : proposed.slice(0, odd))];
      const next = await decoding.verify(all, all.length - ids.length + 1);
      read = { ids: all, next };
      return next.slice(0, 1);
    },
    continueFrom: (parents) => decoding.continueFrom(parents),
    dispose: () => proposals.dispose(),
  };
}
