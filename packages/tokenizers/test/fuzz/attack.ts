import { existsSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer, TokenizerError } from "@qkv/tokenizers";
import { type HostileFile, hostileFile } from "./hostileFile.ts";

// Changes the golden files of a folder by the seeds from one to another, or until so many milliseconds are over, and tries
// them: a line of JSON before each and one after it. Whoever started this process watches its pace and its memory.

const folder = process.argv[2] ?? ".";
const [from = 1, until = Infinity, milliseconds = 1000, longest = 3000] = process.argv.slice(3).map(Number);

const goldens = readdirSync(folder).filter(
  (file) => /^[a-z0-9-]+\.json$/.test(file) && !/^(training|unicode)/.test(file),
);
const root = join(process.env["QKV_DATA"] ?? "/nowhere", "tokenizers");
const published = existsSync(root)
  ? readdirSync(root).map((name) => join(root, name, "tokenizer.json")).filter((file) => existsSync(file)) // prettier-ignore
  : [];
const files = [
  ...goldens.map((name) => JSON.stringify((JSON.parse(readFileSync(join(folder, name), "utf8")) as { tokenizer: unknown }).tokenizer)), // prettier-ignore
  ...published.map((file) => readFileSync(file, "utf8")),
];

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Opens and uses a file, here and as it is saved. */
function use({ tokenizer: json, texts, pair }: HostileFile): void {
  const tokenizer = Tokenizer.fromJSON(json);
  for (const text of texts) {
    const { ids } = tokenizer.encode(text, pair === undefined ? {} : { pair });
    tokenizer.decode(ids);
  }
  tokenizer.encodeBatch(texts.slice(0, 2));
  const saved = JSON.stringify(tokenizer);
  Tokenizer.fromJSON(saved).encode(texts[0] ?? "");
}

const end = performance.now() + milliseconds;
for (let seed = from; seed < until && performance.now() < end; seed++) {
  const file = hostileFile(seed, files, longest);
  const { kind } = file;
  say({ seed, kind });
  const before = process.memoryUsage().rss;
  const start = process.cpuUsage();
  let result = "used";
  let message: string | undefined;
  try {
    use(file);
  } catch (error) {
    result = error instanceof TokenizerError ? "refused" : "foreign";
    message = error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : String(error);
  }
  const { user, system } = process.cpuUsage(start);
  const grown = 1024 * process.resourceUsage().maxRSS - before;
  say({ seed, kind, result, seconds: (user + system) / 1e6, grown, ...(result === "foreign" && { message }) });
}
