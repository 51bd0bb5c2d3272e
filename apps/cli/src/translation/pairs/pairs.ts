import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { unzip } from "fflate";
import { linesOf, readLines as readTextLines } from "../../textLines.ts";
import { unreadable } from "../../unreadable.ts";
import { UsageError } from "../../usageError.ts";
import type { TranslationTrainingConfig } from "../config/trainingConfig.ts";

/** A sentence and its translation. */
export interface SentencePair {
  readonly source: string;
  readonly target: string;
}

export type Split = "test" | "validation" | "training";

type PairFiles = TranslationTrainingConfig["data"]["pairs"];

/**
 * The part of the data that a pair belongs to, told by the first byte of SHA-256 of its English sentence (UTF-8,
 * trimmed): below 5 test, 5 to 9 validation, else training. All pairs of one English sentence fall together.
 */
export function splitOf(english: string): Split {
  const byte = createHash("sha256").update(english.trim(), "utf8").digest()[0] ?? 0;
  if (byte < 5) return "test";
  return byte < 10 ? "validation" : "training";
}

/** What the SHA-256 rule is told by: the English sentence, or the third column up to its underscore, a group's name. */
export type SplitBy = "english" | "group";

/** The pairs that a config's entry names, in the files' order. @param only keeps one part of a tab-separated file */
export async function readPairs(
  files: PairFiles,
  dataFolder: string,
  only?: Split,
  by: SplitBy = "english",
): Promise<SentencePair[]> {
  if ("tsv" in files) {
    const rows = (await readLines(path.join(dataFolder, files.tsv))).map((line) => line.split("\t"));
    return rows.flatMap(([english, other, group = ""]) => {
      if (english === undefined || other === undefined) return [];
      if (only !== undefined && splitOf(by === "group" ? group.replace(/_.*/, "") : english) !== only) return [];
      const [source, target] = files.reverse ? [other, english] : [english, other];
      return [{ source: source.trim(), target: target.trim() }];
    });
  }
  const [sources, targets] = await Promise.all(
    [files.source, files.target].map((file) => readLines(path.join(dataFolder, file))),
  );
  if (sources === undefined || targets === undefined || sources.length !== targets.length) {
    throw new UsageError(
      `${files.source}, ${files.target}: expected as many lines in both, got ${sources?.length} and ${targets?.length}`,
    );
  }
  return sources.map((source, i) => ({ source: source.trim(), target: (targets[i] ?? "").trim() }));
}

/** A sentence but for its case and punctuation: what is alike in this is no other test sentence. */
export function normalized(sentence: string): string {
  return (sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");
}

/** The lines of a text file, unpacked if it is a .zip with one .txt inside, or a .gz. */
async function readLines(file: string): Promise<string[]> {
  if (!/\.(gz|zip)$/.test(file)) return readTextLines(file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new UsageError(`${file}: expected a file of sentence pairs, got ${unreadable(error)}`);
  }
  return linesOf(await unpack(bytes, file), file);
}

async function unpack(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  if (file.endsWith(".gz")) return promisify(gunzip)(bytes);
  // Collections carry notes beside the data, whose names begin with an underscore or a dot.
  const isData = (name: string) => name.endsWith(".txt") && !/^[._]/.test(path.posix.basename(name));
  const entries = await promisify<Uint8Array, { filter: (f: { name: string }) => boolean }, Record<string, Uint8Array>>(
    unzip,
  )(bytes, { filter: ({ name }) => isData(name) });
  const [first, ...others] = Object.values(entries);
  if (first === undefined || others.length > 0) {
    throw new UsageError(
      `${file}: expected one .txt of pairs inside, got ${Object.keys(entries).join(", ") || "none"}`,
    );
  }
  return first;
}
