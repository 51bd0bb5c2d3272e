import {
  createEmbedder,
  createGenerator,
  createTextClassifier,
  type LabelScore,
  type Pretrained,
} from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import type { TextPair, WrittenExample } from "../data/examples.ts";
import type { Tuned } from "./tuned.ts";

/** The model before and after. */
export type Side = "base" | "tuned";

/** A text of the examples, and how near it is to what was asked. */
export interface Neighbour {
  readonly text: string;
  readonly score: number;
}

interface TryOptions {
  readonly signal: AbortSignal;
}

/** The classes of a text, the likeliest first. */
export async function classifyText({ pretrained }: Tuned, text: string, { signal }: TryOptions): Promise<LabelScore[]> {
  const labels = await createTextClassifier(pretrained).classify(text, { signal, onTruncated: () => undefined });
  return labels.map(({ label, score }) => ({ label: printable(label), score }));
}

/** Vectors of the texts of the examples, by the model that made them. */
const vectors = new WeakMap<Tuned, Partial<Record<Side, readonly Float32Array[]>>>();
const MOST_TEXTS = 1000;
const NEAREST = 5;

/** The nearest texts of the examples, by the model as it is now, and by the one that it was. */
export async function nearestTexts(
  tuned: Tuned,
  examples: readonly TextPair[],
  query: string,
  { signal }: TryOptions,
): Promise<Readonly<Record<Side, readonly Neighbour[]>>> {
  const texts = [...new Set(examples.flatMap(({ anchor, positive }) => [positive, anchor]))].slice(0, MOST_TEXTS);
  const nearest = async (side: Side): Promise<readonly Neighbour[]> => {
    const embedder = createEmbedder(tuned.pretrained);
    const options = { signal, onTruncated: () => undefined };
    const known = vectors.get(tuned) ?? {};
    const all = (known[side] ??= await embedder.embedBatch(texts, options));
    vectors.set(tuned, known);
    const asked = await embedder.embed(query, options);
    return texts
      .map((text, i) => ({ text, score: embedder.similarity(asked, all[i] as Float32Array) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, NEAREST);
  };
  return { tuned: await nearest("tuned"), base: await withoutAdapter(tuned, () => nearest("base")) };
}

const NEW_TOKENS = 64;

/** Writes on from a prompt, once as the model is now, and once as it was. */
export async function writeOn(
  tuned: Tuned,
  examples: readonly WrittenExample[],
  prompt: string,
  { signal, onText }: TryOptions & { readonly onText: (side: Side, text: string) => void },
): Promise<void> {
  const generator = createGenerator(tuned.pretrained as unknown as Pretrained);
  const isText = examples[0] !== undefined && "text" in examples[0];
  const asked = isText || !generator.hasChat ? prompt : [{ role: "user", content: prompt }];
  const write = async (side: Side) => {
    for await (const text of generator.stream(asked, { maxNewTokens: NEW_TOKENS, sampling: null, signal })) {
      onText(side, text);
    }
  };
  await write("tuned");
  await withoutAdapter(tuned, () => write("base"));
}

async function withoutAdapter<T>({ adapter }: Tuned, doing: () => Promise<T>): Promise<T> {
  adapter.detach();
  try {
    return await doing();
  } finally {
    adapter.attach();
  }
}
