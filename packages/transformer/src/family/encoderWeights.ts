import type { IgnoredArray, IgnoredArrays, NameMap, TieRule, WeightRules } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import type { EncoderConfig } from "../models/encoder/config.ts";
import type { ModelTask } from "./family.ts";

/** A class of encoders with a head. */
export type HeadTask = Extract<
  ModelTask,
  "maskedLM" | "sequenceClassification" | "tokenClassification" | "questionAnswering" | "replacedTokenDetection"
>;

/** The weights of a family of encoders: our names to those in files. */
export interface EncoderNames<Config extends EncoderConfig = EncoderConfig> {
  /** Before the names of `encoder` and `pooler` in the files of a class with a head. */
  readonly prefix: string;
  /** Below the heads, without the prefix in the files. */
  readonly encoder: NameMap;
  /** Of the model without a head, without the prefix in the files. */
  readonly pooler?: NameMap;
  /** Of each class with a head, whole names in the files. */
  readonly heads: Readonly<Partial<Record<HeadTask, NameMap>>>;
  /** Of the masked language model. */
  readonly tie: TieRule<Config>;
  /** Arrays of the encoder that one array in the files holds, without the prefix. */
  readonly split?: WeightRules<Config>["split"];
  /** Arrays of the encoder that nobody reads, without the prefix, besides `embeddings.position_ids`. */
  readonly ignore?: IgnoredArrays<Config>;
  /** Arrays of heads that no class here has, whole names. */
  readonly otherHeads?: IgnoredArrays<Config>;
}

/** The numbers 0, 1, ... that older files hold beside a table of positions. */
export const POSITION_IDS: IgnoredArray = {
  as: "the numbers of the positions",
  isRight: ({ data }) => data.every((value, i) => value === i),
};

/** The rules of one class of a family: with a head for `task`, or for "textEncoder" with none. */
export function encoderWeights<Config extends EncoderConfig>(
  names: EncoderNames<Config>,
  task: HeadTask | "textEncoder",
): WeightRules<Config> {
  const head = task === "textEncoder" ? undefined : names.heads[task];
  const inFile = (name: string) => (head === undefined ? name : `${names.prefix}.${name}`);
  const placed = (map: NameMap) => Object.fromEntries(Object.entries(map).map(([ours, name]) => [ours, inFile(name)]));
  const ignored = Object.entries({ "embeddings.position_ids": POSITION_IDS, ...names.ignore });
  const pooler = placed(names.pooler ?? {});
  const rename = { ...placed(names.encoder), ...(head ?? pooler) };
  const read = new Set(Object.values(rename));
  const unread = Object.values(pooler).filter((name) => !read.has(name));
  return {
    rename,
    ...(names.split && {
      split: names.split.map((rule) => ({ ...rule, from: inFile(rule.from), into: rule.into.map(inFile) })),
    }),
    ...(task === "maskedLM" && { tie: names.tie }),
    ignore: {
      ...Object.fromEntries(ignored.map(([name, rule]) => [inFile(name), rule])),
      ...Object.fromEntries(unread.map((name) => [name, { as: "a pooler's" }])),
      ...unreadHeads(names, head ?? {}),
      ...names.otherHeads,
    },
    prefix: names.prefix,
  };
}

/** The arrays of the family's heads that a class does not read, by the first step of their names. */
function unreadHeads<Config extends EncoderConfig>(
  { prefix, heads }: EncoderNames<Config>,
  head: NameMap,
): IgnoredArrays {
  const firstSteps = (map: NameMap) => Object.values(map).map((name) => name.slice(0, name.indexOf(".")));
  const own = new Set([prefix, ...firstSteps(head)]);
  const others = Object.values(heads)
    .flatMap(firstSteps)
    .filter((step) => !own.has(step));
  return Object.fromEntries(others.map((step) => [`${step}.**`, { as: "another head's" }]));
}

/** The names in files of the output layer of a masked language model. */
export interface DecoderNames {
  readonly weight: string;
  readonly embedding: string;
  /** Two names of its bias, which an output layer of its own reads from the first and a tied one from the second. */
  readonly biases?: readonly [own: string, tied: string];
}

/** Ties the output layer of a masked language model to its embedding, by their names in the files. */
export function tieDecoder<Config extends EncoderConfig>(names: DecoderNames): TieRule<Config> {
  checkRecord("tieDecoder", "names", names);
  const { weight, embedding, biases } = names;
  const [own, tied] = biases ?? [];
  const pair = (copy: string | undefined, source: string | undefined): readonly (readonly [string, string])[] =>
    copy === undefined || source === undefined ? [] : [[copy, source]];
  const named = (...given: readonly (string | undefined)[]) => given.filter((name) => name !== undefined);
  return {
    // An output layer of its own has its own bias, too, and nothing reads the other.
    pairs: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [...pair(own, tied), [weight, embedding]] : pair(tied, own)),
    resolve: (config, areTied) =>
      config.tieWordEmbeddings ? { ...config, tieWordEmbeddings: areTied(weight, embedding) } : config,
    reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? named(tied, embedding) : named(own, weight, embedding)),
  };
}
