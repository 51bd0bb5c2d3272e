import { readFile } from "node:fs/promises";
import { Tokenizer } from "@qkv/tokenizers";

const tokenizer = Tokenizer.fromJSON(await readFile("models/en-fr/tokenizer.json", "utf8"));

const text = "A dog runs through the snow.";
const { ids, offsets } = tokenizer.encode(text);
console.log(offsets.map(([start, end]) => text.slice(start, end))); // [ "A", " dog", " runs", ... ]
console.log(tokenizer.decode(ids)); // A dog runs through the snow.
