import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import { scoresOf } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { checkCount, checkList, checkText } from "../../loading/argumentChecks.ts";
import { encodeTexts } from "../text/encodeTexts.ts";
import { maxTokensOf } from "../text/maxTokens.ts";
import { runTexts } from "../text/runTexts.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import type { TextTask } from "../text/textModel.ts";

/** Options of filling masks. */
export interface FillOptions extends TextTaskOptions {
  /** The number of tokens for each mask, the likeliest first. Default 5. */
  readonly top?: number;
  /** The tokens that are asked for, as the vocabulary has them: their probabilities are not changed. Default all. */
  readonly targets?: readonly string[];
}

const FILL: OptionNames<FillOptions> = { ...TEXT_TASK, top: true, targets: true };

/** A token for a mask. */
export interface FilledMask {
  readonly id: number;
  /** The token as text. */
  readonly text: string;
  /** Its probability. */
  readonly score: number;
  /** The whole text with it; other masks stay. */
  readonly sequence: string;
}

/** What a masked language model computes. */
export interface TokenIdLogits {
  /** [B, L, V] */
  readonly logits: tf.Tensor3D;
}

/** Guesses what stands in place of masks in a text. */
export class MaskFiller {
  /** The mask, as it is written in a text: `[MASK]`, `<mask>`. */
  readonly mask: string;
  readonly #task: TextTask<TokenIdLogits>;
  readonly #maskId: number;

  /** @throws RangeError if the vocabulary has no mask */
  constructor(task: TextTask<TokenIdLogits>) {
    checkRecord("MaskFiller", "task", task);
    const { tokenizer } = task;
    const mask = MASKS.find((token) => tokenizer.tokenToId(token) !== undefined);
    if (mask === undefined) {
      throw new RangeError(`MaskFiller: expected a token ${MASKS.join(" or ")}, got a vocabulary without one`);
    }
    this.mask = mask;
    this.#maskId = tokenizer.tokenToId(mask) ?? 0;
    this.#task = task;
  }

  get model(): TextTask<TokenIdLogits>["model"] {
    return this.#task.model;
  }

  /** Fills each mask of one text by itself: for each of them its likeliest tokens. */
  async fill(text: string, options: FillOptions = {}): Promise<FilledMask[][]> {
    checkText("fill", text);
    const [masks = []] = await this.fillBatch([text], options);
    return masks;
  }

  /** Fills the masks of each text, in the order of the texts. @throws RangeError for a text without a mask */
  async fillBatch(texts: readonly string[], options: FillOptions = {}): Promise<FilledMask[][][]> {
    checkOptions("fill", options, FILL);
    checkList("fillBatch", "texts", texts);
    for (const text of texts) checkText("fillBatch", text);
    for (const name of ["batchSize", "top"] as const) checkCount("fill", name, options[name]);
    const { top = 5, targets, ...others } = options;
    const wanted = targets === undefined ? undefined : this.#idsOf(targets);
    const { tokenizer, model } = this.#task;
    const { onTruncated } = options;
    const encodings = encodeTexts("fill", tokenizer, texts, {
      maxTokens: maxTokensOf(this.#task),
      ...(onTruncated !== undefined && { onTruncated }),
    });
    const masks = encodings.map(({ ids }) => ids.flatMap((id, i) => (id === this.#maskId ? [i] : [])));
    for (const [i, { length }] of masks.entries()) {
      if (length === 0)
        throw new RangeError(`fill: expected ${this.mask} in the text, got ${JSON.stringify(texts[i])}`);
    }
    const positionsOf = new Map(encodings.map((encoding, i) => [encoding, masks[i] ?? []]));
    let vocabSize = 0;
    const rows = await runTexts(
      model,
      encodings,
      (inputs, batch) => {
        const { logits } = model.forward(inputs);
        vocabSize = logits.shape[2];
        return logitsAt(
          logits,
          batch.map((encoding) => positionsOf.get(encoding) ?? []),
        );
      },
      { ...others, batchSize: Math.min(others.batchSize ?? BATCH, BATCH) },
    );
    return encodings.map((encoding, i) => {
      const positions = masks[i] ?? [];
      return positions.map((position, m) => {
        const logits = rows[i]?.slice(m * vocabSize, (m + 1) * vocabSize) ?? new Float32Array();
        const scores = scoresOf(logits, "softmax");
        const isOnly = positions.length === 1;
        return likeliest(scores, wanted, top).map((id) => ({
          id,
          score: scores[id] ?? 0,
          text: tokenizer.decode([id], { skipSpecialTokens: false }),
          // Other masks are special tokens too, and would be skipped.
          sequence: tokenizer.decode(encoding.ids.with(position, id), { skipSpecialTokens: isOnly }),
        }));
      });
    });
  }

  #idsOf(targets: readonly string[]): number[] {
    checkList("fill", "targets", targets);
    return targets.map((target) => {
      const id = typeof target === "string" ? this.#task.tokenizer.tokenToId(target) : undefined;
      if (id !== undefined) return id;
      throw new RangeError(
        `fill: expected targets to be tokens of the vocabulary, got ${typeof target === "string" ? JSON.stringify(target) : describeArgument(target)}`,
      );
    });
  }
}

const MASKS = ["[MASK]", "<mask>"];

/** Logits of all tokens of a batch are large: a vocabulary for each. */
const BATCH = 8;

/** The logits at some positions of each text: [B, L, V] -> [B, M, V], M the most positions of a text. */
function logitsAt(logits: tf.Tensor3D, positions: readonly (readonly number[])[]): tf.Tensor {
  const [batch, length, vocabSize] = logits.shape;
  const most = positions.reduce((count, each) => Math.max(count, each.length), 0);
  const rows = positions.flatMap((each, i) => Array.from({ length: most }, (_, m) => i * length + (each[m] ?? 0)));
  const picked = tf.gather(tf.reshape(logits, [batch * length, vocabSize]), tf.tensor1d(rows, "int32"));
  return tf.reshape(picked, [batch, most, vocabSize]);
}

/** The ids of the highest scores, of `wanted` ones if there are some. */
function likeliest(scores: Float32Array, wanted: readonly number[] | undefined, top: number): number[] {
  const ids = wanted ?? [...scores.keys()];
  return [...new Set(ids)].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b).slice(0, top);
}
