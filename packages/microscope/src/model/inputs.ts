import { checkArray, checkRecord, describeArgument } from "@qkv/ops";

/** One text as token ids, and of an encoder-decoder the target that it is read with. */
export interface MicroscopeInputs {
  /** The tokens of the text, or of the source. Not empty. */
  readonly ids: readonly number[];
  /** The target's tokens so far, of an encoder-decoder: they begin with its start token. */
  readonly decoderIds?: readonly number[] | undefined;
}

/** Refuses what is no text of the model. @throws RangeError naming the argument */
export function checkInputs(
  who: string,
  name: string,
  inputs: MicroscopeInputs,
  { hasDecoder, vocabSize, maxTokens }: { hasDecoder: boolean; vocabSize: number; maxTokens: number },
): void {
  checkRecord(who, name, inputs);
  const { ids, decoderIds } = inputs;
  checkIds(who, `${name}.ids`, ids, vocabSize, maxTokens);
  if (hasDecoder && decoderIds === undefined) {
    throw new RangeError(`${who}: expected ${name}.decoderIds, the target of an encoder-decoder, got nothing`);
  }
  if (!hasDecoder && decoderIds !== undefined) {
    throw new RangeError(`${who}: expected ${name}.decoderIds with an encoder-decoder alone, got them`);
  }
  if (decoderIds !== undefined) checkIds(who, `${name}.decoderIds`, decoderIds, vocabSize, maxTokens);
}

function checkIds(who: string, name: string, ids: readonly number[], vocabSize: number, maxTokens: number): void {
  checkArray(who, name, ids);
  if (ids.length === 0) throw new RangeError(`${who}: expected ${name} to have a token at least, got none`);
  if (ids.length > maxTokens) {
    throw new RangeError(`${who}: expected ${name} of at most ${maxTokens} tokens, got ${ids.length}`);
  }
  for (const [i, id] of ids.entries()) {
    if (Number.isInteger(id) && id >= 0 && id < vocabSize) continue;
    throw new RangeError(
      `${who}: expected ${name}[${i}] to be a token from 0 to ${vocabSize - 1}, got ${describeArgument(id)}`,
    );
  }
}

/** Refuses two texts that do not have the same numbers of tokens. @throws RangeError naming both */
export function checkSameLengths(who: string, base: MicroscopeInputs, source: MicroscopeInputs): void {
  for (const name of ["ids", "decoderIds"] as const) {
    const [a, b] = [base[name]?.length ?? 0, source[name]?.length ?? 0];
    if (a !== b) {
      throw new RangeError(
        `${who}: expected base.${name} and source.${name} of one length, as positions are compared, got ${a} and ${b}`,
      );
    }
  }
}
