import { readFile } from "node:fs/promises";
import { Tokenizer } from "@qkv/tokenizers";

const tokenizer = Tokenizer.fromJSON(await readFile("models/en-fr/tokenizer.json", "utf8"));

const text = "The train that you are waiting for runs on Sundays.";
const cut = tokenizer.encode(text, { truncation: { maxLength: 8, stride: 2 }, padding: false });
console.log(cut.overflow.length); // what was cut off, in pieces that overlap by two tokens
const padding = { length: "longest", multipleOf: 8, direction: "left", padId: 2, padToken: "<pad>" } as const;
const [short, long] = tokenizer.encodeBatch(["Yes.", text], { padding });
console.log(short?.ids.length, long?.ids.length);
console.log(tokenizer.encode(["words", "as", "given"]).wordIds); // and offsets count in each word
