import { generateStream } from "@qkv/transformer";
import type { Generator } from "./generator.ts";
import { labelsOf } from "@qkv/app-shell/worker";
import { TokenScores } from "./tokenScores.ts";
import type { WritingSettings } from "./writingSettings.ts";

/** A token as a person reads it, and how likely the model thought it, of one. */
export interface LikelyToken {
  readonly label: string;
  readonly probability: number;
}

/** A token that the model wrote. */
export interface WrittenToken extends LikelyToken {
  readonly id: number;
  /** What it adds to the text; nothing where it is a part of a character. */
  readonly text: string;
  /** The likeliest in its place, the best first; it may be one of them. */
  readonly best: readonly LikelyToken[];
  /** How many tokens stand before it. */
  readonly place: number;
}

const BEST = 5;
const CONTEXT = 16; // tokens before, on which the text of the next ones may depend

/** Writes on, token by token, with what the model thought of each. */
export async function* writeTokens(
  { pretrained, tokenizer, cache }: Generator,
  ids: readonly number[],
  { temperature, topP, maxTokens, seed }: WritingSettings,
  signal: AbortSignal,
): AsyncGenerator<WrittenToken, void, undefined> {
  const { model } = pretrained;
  const scores = new TokenScores();
  const stream = tokenizer.createDecodeStream({ skipSpecialTokens: true });
  for (const id of ids.slice(-CONTEXT)) stream.push(id);
  const tokens = generateStream(model, ids, {
    ...{ cache, signal, maxNewTokens: maxTokens, logitsProcessors: [scores.listen] },
    ...(temperature > 0 && { sampling: { temperature, topP, seed } }),
  });
  let place = ids.length;
  for await (const id of tokens) {
    const best = scores.best(BEST);
    const labels = labelsOf(tokenizer, [id, ...best.map((candidate) => candidate.id)]);
    yield {
      ...{ id, place, text: stream.push(id), label: labels[0] ?? "", probability: scores.probabilityOf(id) },
      best: best.map(({ probability }, i) => ({ label: labels[i + 1] ?? "", probability })),
    };
    place++;
  }
}
