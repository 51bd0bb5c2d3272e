import type { Tokenizer } from "@qkv/tokenizers";

/** What AutoTokenizer makes of a folder, or why it refuses it. */
export interface ExpectedTokenizer {
  readonly error?: string;
  readonly class?: string;
  readonly size?: number;
  readonly cases?: readonly {
    readonly text: string;
    readonly pair?: string;
    readonly ids: readonly number[];
    readonly types?: readonly number[];
    readonly tokens?: readonly string[];
    readonly decoded?: string;
    readonly plain?: string;
  }[];
}

/** How an opened folder compares. */
export interface Comparison {
  readonly kind: "equal" | "refused by both" | "opened, where Python refuses" | "refused" | "wrong";
  readonly detail: string;
}

/** Compares ids, types, tokens and decoded texts. */
export async function differenceOf(
  open: () => Promise<Tokenizer | undefined>,
  expected: ExpectedTokenizer,
): Promise<Comparison> {
  let tokenizer: Tokenizer | undefined;
  try {
    tokenizer = await open();
    if (tokenizer === undefined) throw new Error("no tokenizer");
  } catch (error) {
    const detail = `${(error as Error).name}: ${(error as Error).message}`;
    return { kind: expected.error === undefined ? "refused" : "refused by both", detail };
  }
  if (expected.error !== undefined) return { kind: "opened, where Python refuses", detail: expected.error };
  const detail = firstDifference(tokenizer, expected);
  return { kind: detail === "" ? "equal" : "wrong", detail: `${expected.class}: ${detail}` };
}

function firstDifference(tokenizer: Tokenizer, { cases = [], size }: ExpectedTokenizer): string {
  if (tokenizer.vocabSize !== size) return `${tokenizer.vocabSize} tokens for ${size}`;
  for (const { text, pair, ids, types, tokens, decoded, plain } of cases) {
    const options = { truncation: false, padding: false, ...(pair !== undefined && { pair }) } as const;
    const encoding = tokenizer.encode(text, options);
    const ours = {
      ids: encoding.ids,
      ...(types && { types: encoding.typeIds }),
      ...(tokens && { tokens: encoding.ids.map((id) => tokenizer.idToToken(id)) }),
      ...(decoded !== undefined && { decoded: tokenizer.decode(ids, { skipSpecialTokens: false }) }),
      ...(plain !== undefined && { plain: tokenizer.decode(ids) }),
    };
    const theirs = { ids, types, tokens, decoded, plain };
    for (const [field, value] of Object.entries(ours)) {
      const wanted = JSON.stringify(theirs[field as keyof typeof theirs]);
      if (JSON.stringify(value) !== wanted)
        return `${field} of ${JSON.stringify(text)}: ${JSON.stringify(value)} for ${wanted}`;
    }
  }
  return "";
}
