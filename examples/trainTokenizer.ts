import { byteLevelAlphabet, templateProcessing, trainBpe } from "@qkv/tokenizers";

const lines = ["A dog runs through the snow.", "The train runs through the station.", "Snow runs through the dog."];
const tokenizer = await trainBpe(lines, {
  vocabSize: 8000,
  specialTokens: ["</s>", "<unk>", "<pad>"],
  initialAlphabet: byteLevelAlphabet(),
  normalizer: { type: "NFC" },
  preTokenizer: { type: "ByteLevel", add_prefix_space: false },
  decoder: { type: "ByteLevel" },
  postProcessor: templateProcessing({ single: "$A </s>", specialTokens: { "</s>": 0 } }),
});
const file = JSON.stringify(tokenizer); // a tokenizer.json
console.log(tokenizer.encode("The dog runs.").tokens, file.length);
