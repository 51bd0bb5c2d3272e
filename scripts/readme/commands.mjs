// What each command of the README has to do.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** The commands in the README's blocks of shell, without their remarks. */
export function readmeCommands(markdown) {
  const blocks = Array.from(markdown.matchAll(/^```sh\n([^]*?)^```$/gm), ([, block]) => block);
  return blocks.flatMap((block) => block.split("\n").map((line) => line.replace(/\s+# .*$/, ""))).filter(Boolean);
}

/** The row of a command: the first that it begins with. @throws Error if there is none */
export function rowOf(command) {
  const row = ROWS.find(({ begins }) => command.startsWith(begins));
  if (row === undefined) throw new Error(`scripts/readme/commands.mjs: expected a row for this command, got none`);
  return row;
}

/**
 * In the order of the README. `prints`: what standard output has to show, `notes`: standard error; `writes`: files;
 * `words`: what stands for a word of the reader's own; `data`: needs QKV_DATA; `until`: ended by Ctrl-C once this is so;
 * `place`: where, the clone if left out; `skip`: why it is not run here.
 */
const ROWS = [
  { begins: "npx -y pnpm@10 translate", prints: /plus lentement/ },
  { begins: "npx -y pnpm@10 demo:translate", until: serves(/<title>[^<]*<\/title>/) },
  { begins: "npx -y pnpm@10 test", skip: "the tests are a step of their own" },
  { begins: "npm install @qkv/", place: "empty", writes: ["node_modules/@qkv/pretrained/package.json"] },
  { begins: "npx @qkv/cli translate", place: "empty", prints: /^Où est la gare\s\?$/m },
  { begins: "pnpm -s translate <", prints: /^Je t'aime\.\nOù est la gare\s\?\n$/ },
  { begins: "pnpm translate --attention look.svg", prints: /^Je t'aime\.$/m, writes: ["look.svg"] },
  { begins: "pnpm translate", prints: /^Où est la gare\s\?$/m },
  { begins: "pnpm qkv translate --json", prints: /"translation":"Je t'aime\."/ },
  { begins: "pnpm classify --model", prints: /\d/ },
  { begins: "pnpm classify", prints: /\d/ },
  { begins: "pnpm qkv generate", prints: /\S/ },
  { begins: "pnpm qkv chat", skip: "it fetches 270 MB, and waits for a person" },
  { begins: "pnpm qkv serve", skip: "it fetches 270 MB; apps/cli/test/serve.test.ts runs a server" },
  { begins: "pnpm qkv evaluate translation", prints: /BLEU/ },
  { begins: "pnpm qkv quantize", prints: /q8_0/, writes: ["runs/en-fr-q8/model.safetensors"] },
  ...["translation", "image-classification", "text-generation"].map((task) => training(task)),
  { begins: "pnpm qkv evaluate image-classification", data: true, prints: /75\.1/ },
  { begins: "pnpm qkv forward --model en-fr", writes: ["out.safetensors"] },
  { begins: "pnpm qkv forward --model DIR", words: { DIR: "models/cifar10" }, writes: ["out.safetensors"] },
  { begins: "pnpm qkv models", prints: /en-fr/ },
  { begins: "pnpm qkv doctor", prints: /kernel tests passed/ },
  { begins: "pnpm qkv inspect", prints: /numHeads/ },
  { begins: 'echo "Where is it?" | pnpm qkv tokenize', prints: /"offsets"/ },
  { begins: "pnpm qkv train tokenizer", writes: ["tokenizer.json"] },
];

/** A training is begun, and goes on after a stop: to its end it would take hours. */
function training(task) {
  return { begins: `pnpm qkv train ${task}`, data: true, until: takesSteps, notes: /stopped; go on with: / };
}

/** Whether the run that a command names has taken a step since it began. */
function takesSteps(command, clone) {
  const log = join(clone, /(?:--out|--resume) (\S+)/.exec(command)[1], "log.jsonl");
  const steps = () => (existsSync(log) ? readFileSync(log, "utf8").split('"type":"step"').length - 1 : 0);
  const before = steps();
  return () => steps() > before;
}

function serves(page) {
  return () =>
    async ({ stdout }) => {
      const [address] = /http:\/\/localhost:\d+\//.exec(stripVTControlCharacters(stdout)) ?? [];
      const answer = address === undefined ? undefined : await fetch(address).catch(() => undefined);
      return answer !== undefined && page.test(await answer.text());
    };
}
