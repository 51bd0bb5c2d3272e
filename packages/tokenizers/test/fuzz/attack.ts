import { writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fromTiktoken, openTokenizer, Tokenizer, TokenizerError } from "@qkv/tokenizers";
import { type HostileFile, hostileFile } from "./hostileFile.ts";
import type { Folder } from "./hostileFolder.ts";
import { readSources } from "./sources.ts";

// Changes the golden files of a folder by the seeds from one to another, or until so many milliseconds are over, and tries
// them: a line of JSON before each and one after it. Whoever started this process watches its pace and its memory.

const goldens = process.argv[2] ?? ".";
const [from = 1, until = Infinity, milliseconds = 1000, longest = 3000] = process.argv.slice(3).map(Number);
const sources = readSources(goldens, join(process.env["QKV_DATA"] ?? "/nowhere", "tokenizers"));

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** The slowest of the calls, in seconds of the processor. */
let slowest = 0;
async function timed<T>(call: () => T | Promise<T>): Promise<T> {
  const start = process.cpuUsage();
  try {
    return await call();
  } finally {
    const { user, system } = process.cpuUsage(start);
    slowest = Math.max(slowest, (user + system) / 1e6);
  }
}

function open(kind: string, tokenizer: unknown): Tokenizer | Promise<Tokenizer | undefined> {
  if (sources.folders[kind] === undefined) return Tokenizer.fromJSON(tokenizer);
  const folder = tokenizer as Folder;
  const text = (name: string): string => new TextDecoder().decode(folder[name]);
  if (kind !== "ranks.tiktoken") return openTokenizer((name) => Promise.resolve(folder[name]));
  return fromTiktoken(text(kind), { pattern: text("pattern"), specialTokens: { "<x>": 5000 } });
}

/** Opens and uses a file, here and as it is saved. */
async function use({ kind, tokenizer: given, texts, pair }: HostileFile): Promise<void> {
  const tokenizer = await timed(() => open(kind, given));
  if (tokenizer === undefined) return;
  for (const text of texts) {
    const encoding = await timed(() => tokenizer.encode(text, pair === undefined ? {} : { pair }));
    await timed(() => [encoding.tokens, encoding.offsets, encoding.offsetsIn("bytes"), encoding.specialTokensMask]);
    await timed(() => tokenizer.decode(encoding.ids));
    const stream = tokenizer.createDecodeStream({ skipSpecialTokens: false });
    await timed(() => encoding.ids.slice(0, 1000).map((id) => stream.push(id)));
  }
  await timed(() => tokenizer.encodeBatch(texts.slice(0, 2)));
  const saved = await timed(() => JSON.stringify(tokenizer));
  const again = await timed(() => Tokenizer.fromJSON(saved));
  await timed(() => again.encode(texts[0] ?? ""));
}

/** Begins to measure: garbage is collected, and the peak of memory, where the system (Linux) can, is set to what is in use. */
function startOfPeak(): number {
  globalThis.gc?.();
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // The peak is that of the whole process then, which says no less.
  }
  return process.memoryUsage().rss;
}

function peakMemory(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

const end = performance.now() + milliseconds;
for (let seed = from; seed < until && performance.now() < end; seed++) {
  const file = hostileFile(seed, sources, longest);
  const { kind } = file;
  say({ seed, kind });
  slowest = 0;
  let result = "used";
  let message: string | undefined;
  const before = startOfPeak();
  try {
    await use(file);
  } catch (error) {
    result = error instanceof TokenizerError ? "refused" : "foreign";
    message = error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : String(error);
  }
  const grown = peakMemory() - before;
  say({ seed, kind, result, seconds: slowest, grown, message });
}
