import type { Tokenizer } from "@qkv/tokenizers";
import type { LogitsProcessor, StoppingCriterion } from "@qkv/transformer";
import { ByteStates, type ByteState } from "./byteStates.ts";
import { compileSchema } from "./compileSchema.ts";
import type { JsonSchema } from "./jsonSchema.ts";
import { tokenTableOf } from "./tokenTable.ts";

/** What holds a text to a schema. */
export interface JsonConstraint {
  /** Forbids the tokens with which the text could not become JSON of the schema any more. */
  readonly processor: LogitsProcessor;
  /** Whether the text is JSON of the schema, and nothing may follow. */
  readonly isComplete: StoppingCriterion;
}

/** What a constraint is made for. */
export interface JsonSubject {
  readonly tokenizer: Tokenizer;
  /** The tokens that end a text. */
  readonly eosTokenIds: readonly number[];
  /** The number of tokens that a sequence begins with. */
  readonly promptLength: number;
}

/** Masks that are kept: of as many states the last ones. */
const MOST_MASKS = 256;

/**
 * Makes what holds a text to a JSON Schema.
 *
 * @throws RangeError naming the keyword that is not known, or if the vocabulary cannot spell any JSON of the schema
 */
export function jsonConstraint(
  who: string,
  schema: JsonSchema,
  { tokenizer, eosTokenIds, promptLength }: JsonSubject,
): JsonConstraint {
  const { grammar, root } = compileSchema(who, schema);
  const table = tokenTableOf(tokenizer);
  if (table.length === 0) {
    throw new RangeError(
      `${who}: json: expected a tokenizer whose tokens have bytes of their own, got one of another kind`,
    );
  }
  const states = new ByteStates(grammar, root, (byte) => table.isSpelled(byte));
  const masks = new Map<ByteState, Uint8Array>();
  if (!states.start.goesOn) {
    throw new RangeError(
      `${who}: json: expected a schema that some JSON in the model's vocabulary fits, got one that none does`,
    );
  }
  const maskOf = (state: ByteState): Uint8Array => {
    const mask = masks.get(state) ?? table.allowed(states, state);
    masks.delete(state);
    masks.set(state, mask);
    if (masks.size > MOST_MASKS) masks.delete(masks.keys().next().value as ByteState);
    return mask;
  };
  const stateAfter = (ids: readonly number[]): ByteState => {
    let state: ByteState | null = states.start;
    for (const id of ids) {
      for (const byte of table.bytesOf(id) ?? []) state = state && states.step(state, byte);
    }
    if (state === null) throw new RangeError(`${who}: json: expected tokens that the schema allows, got others`);
    return state;
  };
  return {
    processor: (scores, ids) => {
      const state = stateAfter(ids.slice(promptLength));
      const mask = maskOf(state);
      const ends = eosTokenIds.map((id) => [id, scores[id]] as const);
      let isOpen = false;
      for (let id = 0; id < scores.length; id++) {
        if (mask[id] !== 1) scores[id] = -Infinity;
        else if (scores[id] !== -Infinity) isOpen = true;
      }
      if (state.accepts) {
        for (const [id, score] of ends) if (score !== undefined) [scores[id], isOpen] = [score, true];
      }
      if (!isOpen) throw new RangeError(`${who}: json: expected a token with which the JSON can go on, got none`);
    },
    isComplete: (ids, length) => {
      const state = stateAfter(ids.slice(length));
      return state.accepts && !state.goesOn;
    },
  };
}
