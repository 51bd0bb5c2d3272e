// What a page loads for a package, and for some of its exports: minified and gzipped, in bytes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type BuildOptions } from "esbuild";
import { describe, expect, test } from "vitest";
import { members, ROOT } from "./workspace.ts";

const gzipped = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }).length;

/** The size of a module that hands out some exports of a package's entry, without what it imports later. */
async function bytesOf(entry: string, exports: string, options: BuildOptions): Promise<number> {
  const { outputFiles = [], metafile } = await build({
    stdin: { contents: `export ${exports} from "./packages/${entry}.ts";`, resolveDir: ROOT, loader: "ts" },
    ...{ bundle: true, minify: true, write: false, format: "esm", target: "es2022" },
    ...{ splitting: true, metafile: true, outdir: "out", absWorkingDir: ROOT },
    ...options,
  });
  const outputs = metafile?.outputs ?? {};
  const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === "<stdin>") ?? "";
  const loaded = new Set([first]);
  for (const path of loaded) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && next in outputs) loaded.add(next);
    }
  }
  const contents = outputFiles.filter(({ path }) => [...loaded].some((one) => path.endsWith(one)));
  return contents.reduce((sum, { contents }) => sum + gzipped(contents), 0);
}

/** All of a package's own code; what it imports from others, of ours too, is counted where it is. */
const ownBytes = (name: string) => bytesOf(`${name}/src/index`, "*", { packages: "external" });

/** Exports with all they need of ours. Left out: TensorFlow.js, the backends, which are loaded later, and what is Node's. */
const pageBytes = (entry: string, exports: string) =>
  bytesOf(entry, exports, {
    conditions: ["@qkv/source"],
    external: ["@tensorflow/*", "@qkv/backend-*", "sharp", "node:*"],
  });

// Ceilings, 2026-11, each a few percent above what there is, and where the bytes are, in kB.

const OWN: readonly (readonly [name: string, ceiling: number, where: string])[] = [
  ["microscope", 12_900, "patching and ablation a third, attribution a fifth, names and checks a quarter"],
  ["onnx", 6_700, "layers a third, the file format a fifth, encoders a quarter"],
  ["finetuning", 12_600, "objectives two thirds, of that speech 1.6, metrics and batches the rest"],
  ["ai-sdk", 3_900, "prompts and settings a half, streams a quarter"],
  [
    "attention",
    17_900,
    "many small functions: positions a fifth, caches 2.4, graphs and multi-head attention a tenth each",
  ],
  [
    "transformer",
    66_500,
    "generation a quarter with every option of Hugging Face's, steps on a device 3, processors of one's own 0.4 and caches that go on 0.5, blocks an eighth and experts 1.4, the decoder-only families a third, more than half of that names and configs, Marian an eighth, encoders 10, two thirds of that names and configs, T5 1.8, BART and kin 1.5, decoders with other heads 1.2, proposals of tokens 1, Whisper 1.5, wav2vec 2.0 2",
  ],
  [
    "vit",
    39_000,
    "names and configs of families a quarter, models of two towers 4, of depth 2.5, of objects 1.8, BEiT 1.6, images a third, of that PNG and GIF 2.6 and AVIF's boxes 0.6, the models a third",
  ],
  [
    "tokenizers",
    49_500,
    "what serves every file 14, streams of ids 0.4, regular expressions 6, training 6, other files and classes 12.4, SentencePiece files of nine classes 0.6, of that languages 1.4",
  ],
  [
    "pretrained",
    87_700,
    "text tasks a fifth, speech 6.8, generation as a task 2.9, what starts anew 0.3 and its checks later, calls of tools 0.6 (JSON by a schema is loaded later), fetching and keeping files a quarter, GGUF files out a fifth, of that the names of their architectures 3.8, codes out 1.3, what opens them a tenth, abbreviations of twenty languages a seventh, rounding weights 1.5, adapters 4.2, reading quantized ones a sixth, chat templates and their names, the spelling of names 0.6, correcting copies 0.6, the types nearest to an unknown one 0.4, dropped files and the attention of a token 1.4",
  ],
  [
    "training",
    18_000,
    "objectives a quarter, optimizers and augmentation a seventh each, the loop and the metrics a tenth each",
  ],
  ["layers", 7_900, "calls in a graph and the masks there a quarter, options and their checks a quarter"],
  [
    "nn",
    9_600,
    "recurrent networks a third, passes and recorders a fifth, kinds of parameters 0.1, adapters 1.2, weight rules 1.2, packed weights 0.6, what is said of wrong arguments 0.3",
  ],
  ["safetensors", 4_250, "the header and what can be wrong with it a quarter"],
  [
    "audio",
    8_900,
    "FLAC a quarter, spectrograms and their filters a fifth, WAV files a fifth, microphones an eighth, what is said of wrong arguments a fifth",
  ],
  [
    "gguf",
    12_100,
    "the header and what can be wrong with it a third, the formats of blocks a fifth and the way back 1, rounding to them 3.1",
  ],
  ["visualize", 12_000, "a page 1.9, thirteen kinds of pictures, about 0.5 each, and what they share"],
  [
    "ops",
    23_700,
    "what a backward pass holds and what it computes again 0.8, the self-test 5.3, of that known sums 0.9, rows of caches in fewer bits 0.9, packed weights 2.3, what is recorded of a decoder 0.5, what is said of wrong arguments 1.2, whether a layer fits its kernel 0.9, tensors in parts 0.4, the gradients of TensorFlow.js's kernels a third, the composed fallbacks a quarter",
  ],
  ["backend", 2_950, "starting each backend, and what is said where none starts, a look at the machine 0.7"],
  [
    "backend-wasm",
    16_500,
    "the kernels are files beside it; what puts them into tfjs's registry half, programs of layers a fifth, the choice of wide vectors a fifteenth, native kernels and their test 1.1",
  ],
  ["backend-native", 980, "where the library is, a file beside it, 0.3, and the test of its layers"],
  [
    "backend-webgpu",
    28_400,
    "shaders, as text, those of products 3.2, of caches in fewer bits 1.6, those of a recorded token 9, and how it is recorded 3",
  ],
];

// What a page does not name it does not load. The engine for regular expressions, 5.5 kB, only files with expressions of
// their own need (JavaScript's own engine has no bound).
const PAGES: readonly (readonly [entry: string, exports: string, ceiling: number, where: string])[] = [
  [
    "pretrained/src/index",
    "{ loadPretrained, createTranslator }",
    199_900,
    "what a backward pass computes again 0.6, the self-test of kernels 3.2, every family, whatever a tokenizer.json names, what stands beside it, decoders with other heads 1.2, proposals of tokens 1, chat templates 0.3, the types nearest to an unknown one 0.3, and digests of downloads 2.9",
  ],
  ["pretrained/src/index", "{ loadPretrained, createClassifier }", 178_300, "the same, without cutting texts"],
  [
    "pretrained/src/index",
    "{ createLoader, createTranslator }",
    118_000,
    "the same for families that a page names, here none; the operations that are tested 9, what Korean writes behind an address 0.1",
  ],
  [
    "transformer/src/index",
    "{ marian, generate }",
    47_800,
    "what a backward pass computes again 0.6, one family and its names in files 3.4, steps on a device 3.5, on blocks of any kind, from ids to ids by any rule, proposals of tokens 1, caches 2, the names of the options 0.3",
  ],
  [
    "transformer/src/index",
    "{ Block }",
    20_300,
    "multi-head attention 9.1, that of rows 0.3, the gradient of rotary positions 0.1, experts 1.4, packed weights 1, gradients of products 0.1, adapters 0.4, whether a kernel may run it 0.4",
  ],
  ["vit/src/index", "{ VitClassifier }", 28_000, "blocks of any kind 15.8, patches and positions, those that turn 1.7"],
  ["vit/src/index", "{ preprocessImages }", 3_150, "resizing, without a tensor"],
  [
    "attention/src/index",
    "{ MultiHeadAttention }",
    13_300,
    "attention of rows 0.4, windows 0.3, the gradient of rotary positions 0.1, packed weights 1, gradients of products 0.1, adapters 0.4, the fallback that composes it 4",
  ],
  ["attention/src/index", "{ scaledDotProductAttention }", 6_200, "the fallback that composes it 4"],
  ["attention/src/index", "{ causalMask }", 600, "one function"],
  [
    "backend/src/index",
    "{ initBackend }",
    20_200,
    "the operations that are tested, which any model brings too, 9.2, their self-test 5.4, the gradients that TensorFlow.js's core leaves out, checks of options",
  ],
  [
    "nn/src/index",
    "{ Params, Linear }",
    5_350,
    "the ledger of parameters and their kinds, packed weights 1.2, gradients of products 0.1, adapters 0.4",
  ],
  ["training/src/index", "{ AdamW }", 2_750, "one optimizer, what makes it resume, checks of options 0.6"],
  ["training/src/index", "{ bleu }", 1_700, "sacreBLEU's tokenizer, what is said of wrong arguments"],
  ["safetensors/src/index", "{ parseSafetensors }", 1_900, "checks, and names escaped in errors"],
  ["gguf/src/index", "{ quantizedGroups }", 2_400, "the formats of blocks, and names escaped in errors"],
  ["visualize/src/index", "{ heatMap }", 2_200, "one picture, and labels escaped"],
  [
    "visualize/src/element",
    "{ defineAttentionElement }",
    10_600,
    "five pictures, that over an image 1.0, hundreds of heads frame by frame 0.2, controls, and all that they say, for other languages",
  ],
  [
    "tokenizers/src/index",
    "{ Tokenizer }",
    27_950,
    "encoding and decoding, whatever a file names, the bytes of a token 0.3",
  ],
  ["tokenizers/src/index", "{ createTokenizer, wordPiece }", 17_000, "files such as BERT's"],
  ["tokenizers/src/index", "{ createTokenizer, bpe }", 18_100, "files such as GPT-2's"],
  ["tokenizers/src/index", "{ createTokenizer, bpe, regex }", 24_650, "files such as Llama 3's"],
  ["tokenizers/src/index", "{ createTokenizer, unigram, precompiled }", 19_000, "files such as T5's"],
  ["tokenizers/src/index", "{ fromVocabTxt }", 17_600, "BERT's vocab.txt"],
  ["tokenizers/src/index", "{ fromSentencePiece }", 28_300, "SentencePiece files"],
  ["tokenizers/src/index", "{ trainBpe }", 28_900, "a tokenizer to come out"],
  ["tokenizers/src/index", "{ templateProcessing }", 1_000, "one function"],
];

test.each(OWN)("all of @qkv/%s is no larger than it says", async (name, ceiling, where) => {
  expect(await ownBytes(name), `its bytes: ${where}`).toBeLessThan(ceiling);
});

test.each(PAGES)("a page with %s %s loads no more than it says", async (entry, exports, ceiling, where) => {
  expect(await pageBytes(entry, exports), `its bytes: ${where}`).toBeLessThan(ceiling);
});

test("a page that names its family ships no other", async () => {
  const { metafile } = await build({
    stdin: {
      contents: `
        import { createLoader, createTranslator } from "./packages/pretrained/src/index.ts";
        import { marian } from "./packages/transformer/src/index.ts";
        export const open = async (id) => createTranslator(await createLoader([marian])(id));`,
      resolveDir: ROOT,
    },
    ...{ bundle: true, write: false, format: "esm", metafile: true, outdir: "out", conditions: ["@qkv/source"] },
    external: ["@tensorflow/*", "@qkv/backend-*", "sharp", "node:*"],
  });
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const shipped = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
  const ofFamilies = shipped.map((path) =>
    /transformer\/src\/families\/(\w+)\/|packages\/(vit)\/src/.exec(path)?.slice(1),
  );
  expect(new Set(ofFamilies.flatMap((found) => found?.filter(Boolean) ?? []))).toEqual(new Set(["marian"]));
});

// A page instantiates one of the two.
test.each([
  ["kernels", 15_400],
  ["kernels-relaxed", 15_000],
  ["kernels-wide", 15_300],
])("%s.wasm is no larger than it says", (name, ceiling) => {
  expect(gzipped(readFileSync(join(ROOT, `packages/backend-wasm/wasm/${name}.wasm`)))).toBeLessThan(ceiling);
});

describe("the README's table of packages", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const rows = Array.from(readme.matchAll(/^\| \[`@qkv\/([a-z-]+)`\]\(packages\/.*?\| +([\d.]+) \|$/gm));
  const said = new Map(rows.map(([, name = "", kB]) => [name, Number(kB)]));

  test("and the one here have every public package", () => {
    const names = members()
      .filter(({ folder, manifest }) => folder.startsWith("packages/") && manifest.private !== true)
      .map(({ folder }) => folder.slice("packages/".length));
    expect([...said.keys()].sort()).toEqual(names);
    expect(OWN.map(([name]) => name).sort()).toEqual(names);
  });

  test.each(OWN)("says what @qkv/%s weighs, within a tenth", async (name) => {
    const kB = (await ownBytes(name)) / 1000;
    expect(Math.abs((said.get(name) ?? 0) - kB)).toBeLessThan(Math.max(0.1 * kB, 0.2));
  });
});
