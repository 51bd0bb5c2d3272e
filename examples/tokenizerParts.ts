import { readFile } from "node:fs/promises";
import { bpe, createTokenizer, regex } from "@qkv/tokenizers";

const json = await readFile("models/en-fr/tokenizer.json", "utf8");
const tokenizer = createTokenizer(json, [bpe, regex]); // all that it names; so do Llama 3, Qwen, Mistral
console.log(tokenizer.encode("Where is the train station?").tokens);
