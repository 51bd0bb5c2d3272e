import type { Command } from "commander";
import { shippedModels } from "./modelFolders.ts";

/** What to type, for each command that does something. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  qkv: ['qkv translate "The train is late."', "qkv classify photo.jpg"],
  "qkv translate": [
    'qkv translate --from fr --to en "Le train est en retard."',
    "qkv translate --json < sentences.txt",
  ],
  "qkv classify": ["qkv classify photo.jpg", "qkv classify --top 3 --attention look.png photo.jpg"],
  "qkv detect": ["qkv detect --model hustvl/yolos-tiny photo.jpg"],
  "qkv depth": ["qkv depth --model depth-anything/Depth-Anything-V2-Small-hf photo.jpg"],
  "qkv generate": ['qkv generate --model HuggingFaceTB/SmolLM2-135M --prompt "Once upon a time" --max-new-tokens 40'],
  "qkv embed": ['qkv embed --model sentence-transformers/all-MiniLM-L6-v2 "The train is late."'],
  "qkv search": ['qkv search --model sentence-transformers/all-MiniLM-L6-v2 --in notes "trains that are late"'],
  "qkv classify-text": [
    'qkv classify-text --model owner/name "I love it."',
    'qkv classify-text --model owner/name "The train is late." --labels travel food sport',
  ],
  "qkv tag": ['qkv tag --model owner/name "Ada Lovelace wrote programs in London."'],
  "qkv answer": ['qkv answer --model owner/name --in history.txt "Who wrote the first program?"'],
  "qkv fill": ['qkv fill --model google-bert/bert-base-uncased "Paris is the [MASK] of France."'],
  "qkv transcribe": ["qkv transcribe --model openai/whisper-tiny.en --srt talk.wav"],
  "qkv chat": [
    'qkv chat --model HuggingFaceTB/SmolLM2-135M-Instruct --system "Answer in one sentence."',
    "qkv chat --model HuggingFaceTB/SmolLM2-135M-Instruct < questions.txt",
  ],
  "qkv summarize": ["qkv summarize --model google-t5/t5-small < articles.txt"],
  "qkv serve": ["qkv serve --model HuggingFaceTB/SmolLM2-135M-Instruct sentence-transformers/all-MiniLM-L6-v2"],
  "qkv train": ["qkv train translation --config recipes/en-fr.json --out runs/en-fr --data data"],
  "qkv train translation": ["qkv train translation --config recipes/en-fr.json --out runs/en-fr --data data"],
  "qkv train image-classification": ["qkv train image-classification --config recipes/cifar10.json --out runs/cifar10"],
  "qkv train text-generation": ["qkv train text-generation --config recipes/shakespeare.json --out runs/shakespeare"],
  "qkv train text-classification": [
    "qkv train text-classification --config recipes/text-classification.json --out runs/text --data data",
  ],
  "qkv train token-classification": [
    "qkv train token-classification --config recipes/token-classification.json --out runs/token --data data",
  ],
  "qkv train sentence-embeddings": [
    "qkv train sentence-embeddings --config recipes/sentence-embeddings.json --out runs/sentence --data data",
  ],
  "qkv train masked-language-model": [
    "qkv train masked-language-model --config recipes/masked-language-model.json --out runs/masked --data data",
  ],
  "qkv train language-model": [
    "qkv train language-model --config recipes/language-model.json --out runs/language --data data",
  ],
  "qkv train instructions": [
    "qkv train instructions --config recipes/instructions.json --out runs/instructions --data recipes",
  ],
  "qkv train preference": ["qkv train preference --config recipes/preference.json --out runs/preference --data data"],
  "qkv train seq2seq": ["qkv train seq2seq --config recipes/seq2seq.json --out runs/seq2seq --data data"],
  "qkv train span-corruption": [
    "qkv train span-corruption --config recipes/span-corruption.json --out runs/span --data data",
  ],
  "qkv train speech-recognition": [
    "qkv train speech-recognition --config recipes/speech-recognition.json --out runs/speech --data data",
  ],
  "qkv train tokenizer": ["qkv train tokenizer --model bpe --vocab-size 8000 --out tokenizer.json text.txt"],
  "qkv evaluate": ["qkv evaluate translation --model en-fr --source test.en --reference test.fr"],
  "qkv evaluate translation": ["qkv evaluate translation --model en-fr --source test.en --reference test.fr"],
  "qkv evaluate image-classification": ["qkv evaluate image-classification --model cifar10 --data photos"],
  "qkv evaluate text-generation": ["qkv evaluate text-generation --model runs/shakespeare/model --data play.txt"],
  "qkv tokenize": ['echo "The train is late." | qkv tokenize --model en-fr'],
  "qkv forward": ["qkv forward --model en-fr --inputs inputs.safetensors --outputs outputs.safetensors"],
  "qkv quantize": [
    "qkv quantize --model en-fr --format q8_0 --out runs/en-fr-q8",
    "qkv quantize --model HuggingFaceTB/SmolLM2-135M --format q4_0 --out SmolLM2-Q4_0.gguf",
  ],
  "qkv export": ["qkv export onnx HuggingFaceTB/SmolLM2-135M runs/smollm2-onnx"],
  "qkv export onnx": ["qkv export onnx HuggingFaceTB/SmolLM2-135M runs/smollm2-onnx"],
  "qkv export gguf": ["qkv export gguf HuggingFaceTB/SmolLM2-135M SmolLM2-135M.gguf"],
  "qkv export torch": ["qkv export torch runs/shakespeare --out runs/cluster --data data"],
  "qkv models": ["qkv models --verify"],
  "qkv doctor": ["qkv doctor --json"],
  "qkv inspect": ["qkv inspect en-fr"],
};

const ENVIRONMENT: readonly (readonly [name: string, what: string])[] = [
  ["QKV_CACHE", "where fetched models are kept"],
  ["QKV_DATA", "the folder of data files, where --data is left out"],
  ["QKV_DEBUG", "1 writes an error's stack too"],
  ["HF_TOKEN", "a hub's access token"],
  ["HF_ENDPOINT", "a hub other than https://huggingface.co"],
  ["HTTPS_PROXY", "what to fetch through, HTTP_PROXY too; NO_PROXY names the exceptions"],
  ["QKV_TIMEOUT", "how many seconds a server may send nothing (25)"],
  ["QKV_MAX_PIXELS", "how many pixels an image may have (134 million)"],
  ["QKV_MAX_STEPS", "what a tokenizer may do for each character of a text, in steps (512)"],
  ["QKV_MAX_...", "what a fetched file may weigh, in bytes: CONFIG, TOKENIZER, WEIGHTS"],
];

/** Ends the help of a command, and of those below it, with examples, models, environment variables and exit codes. */
export function withHelpText(command: Command, above = ""): Command {
  const name = `${above} ${command.name()}`.trim();
  for (const below of command.commands) withHelpText(below, name);
  return command.addHelpText("after", () => helpText(name));
}

function helpText(name: string): string {
  const examples = (EXAMPLES[name] ?? []).map((line) => `  ${line}`);
  const variables = ENVIRONMENT.map(([variable, what]) => `  ${variable.padEnd(14)} ${what}`);
  return [
    ...["", ...(examples.length > 0 ? ["Examples:", ...examples, ""] : [])],
    `Shipped models: ${shippedModels().join(", ") || "none"}`,
    ...["", "Environment:", ...variables],
    ...["", "Exit codes: 0 done, 1 it failed, 2 wrong usage, 130 stopped by Ctrl-C"],
  ].join("\n");
}
