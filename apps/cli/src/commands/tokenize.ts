import type { Tokenizer } from "@qkv/tokenizers";
import { Command } from "commander";
import { MODEL_REF } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { streamInputLines } from "../textLines.ts";
import { UsageError } from "../usageError.ts";

interface TokenizeCommandOptions {
  readonly model: string;
  readonly pair?: boolean;
  readonly specialTokens: boolean;
  readonly truncateAndPad?: boolean;
  readonly decode?: boolean;
  readonly keepSpecialTokens?: boolean;
  readonly json?: boolean;
}

/** `qkv tokenize`: the tokens of each line of standard input, or the text of each line of ids. */
export function tokenizeCommand(): Command {
  return new Command("tokenize")
    .description(
      'Tokenize the lines of standard input: a line {"ids":[],"tokens":[],"offsets":[[start,end]]} for each. ' +
        "Offsets are UTF-16 positions in the line, [0,0] for a special token; " +
        "of a pair's second text, positions in that text.",
    )
    .requiredOption("--model <ref>", `${MODEL_REF}; or a tokenizer.json, a .model or .spm`)
    .option("--pair", "two texts a line, with a tab between them")
    .option("--no-special-tokens", "leave out the special tokens that the model expects around a text")
    .option("--truncate-and-pad", "cut and pad as the tokenizer.json says; without this, lines are taken whole")
    .option("--decode", 'the other way: {"ids":[]}, or ids separated by spaces, to text')
    .option("--keep-special-tokens", "with --decode: write special tokens too")
    .option("--json", 'JSON lines, which is the default; with --decode: a line {"text":""} for each')
    .action(runTokenize);
}

async function runTokenize(options: TokenizeCommandOptions): Promise<void> {
  if (options.decode && options.pair) throw new UsageError("--pair: expected no --decode beside it");
  const { openTokenizer } = await import("../openTokenizer.ts");
  const tokenizer = await openTokenizer(options.model);
  let number = 0;
  for await (const line of streamInputLines()) {
    number += 1;
    if (options.decode) await writeDecoded(tokenizer, line, number, options);
    else await writeEncoded(tokenizer, line, number, options);
  }
}

function writeEncoded(
  tokenizer: Tokenizer,
  line: string,
  number: number,
  options: TokenizeCommandOptions,
): Promise<void> {
  const { pair, specialTokens: addSpecialTokens, truncateAndPad } = options;
  const tab = pair ? line.indexOf("\t") : line.length;
  if (tab < 0) throw new UsageError(`line ${number}: expected two texts with a tab between them, got one`);
  const { ids, tokens, offsets } = tokenizer.encode(line.slice(0, tab), {
    addSpecialTokens,
    ...(pair && { pair: line.slice(tab + 1) }),
    ...(!truncateAndPad && { truncation: false, padding: false }),
  });
  return writeJson({ ids, tokens, offsets });
}

function writeDecoded(
  tokenizer: Tokenizer,
  line: string,
  number: number,
  options: TokenizeCommandOptions,
): Promise<void> {
  const text = tokenizer.decode(readIds(line, number), { skipSpecialTokens: !options.keepSpecialTokens });
  return options.json ? writeJson({ text }) : writeText(`${text}\n`);
}

/** The ids of `{"ids":[1,2]}` or `1 2`. */
function readIds(line: string, number: number): number[] {
  const ids = line.trimStart().startsWith("{") ? idsOfJson(line) : (line.match(/\S+/g) ?? []).map(Number);
  const isId = (id: unknown): id is number => Number.isSafeInteger(id) && (id as number) >= 0;
  if (Array.isArray(ids) && ids.every(isId)) return ids;
  throw new UsageError(`line ${number}: expected {"ids":[]} or ids separated by spaces, got ${line.slice(0, 60)}`);
}

function idsOfJson(line: string): unknown {
  try {
    return (JSON.parse(line) as { ids?: unknown }).ids;
  } catch {
    return undefined;
  }
}
