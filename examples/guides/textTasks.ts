import { initBackend } from "@qkv/backend";
import {
  createEmbedder,
  createMaskFiller,
  createQuestionAnswerer,
  createReranker,
  createSummarizer,
  createTextClassifier,
  createTokenClassifier,
  createZeroShotClassifier,
  loadPretrained,
} from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";
import { pipeline } from "@qkv/pretrained/pipeline";

await initBackend();
const open = (folder: string) => loadPretrained(modelFiles(`tiny/${folder}`)); // or loadPretrained("owner/name")

const embedder = createEmbedder(await open("embedder"));
const [first, second] = await embedder.embedBatch(["The café is open.", "It opened at noon."]);
if (first && second) console.log(first.length, embedder.similarity(first, second) <= 1);
embedder.model.dispose();

const classifier = createTextClassifier(await open("classifier"));
const [best] = await classifier.classify("The café is open until noon.");
console.log(classifier.labels.includes(best?.label ?? ""));
classifier.model.dispose();

const anyLabels = createZeroShotClassifier(await open("nli"));
const topics = await anyLabels.classify("Babbage built engines.", ["engines", "food"], {
  hypothesis: "It is about {}.",
});
console.log(topics.length);
anyLabels.classifier.model.dispose();

const tagger = createTokenClassifier(await open("tagger"));
const entities = await tagger.tag("Ada Lovelace wrote programs in London.");
console.log(entities.every(({ text, start, end }) => text.length === end - start));
tagger.model.dispose();

const answerer = createQuestionAnswerer(await open("answerer"));
const [answer] = await answerer.answer("Who wrote programs?", "Ada Lovelace wrote programs in London.");
console.log(typeof answer?.answer, typeof answer?.start);
answerer.model.dispose();

const filler = createMaskFiller(await open("masked"));
const [tokens = []] = await filler.fill(`Ada wrote ${filler.mask}.`);
console.log(tokens.length);
filler.model.dispose();

const reranker = createReranker(await open("reranker"));
const [nearest] = await reranker.rank("What opened at noon?", ["The café.", "London."]);
console.log(typeof nearest?.index);
reranker.classifier.model.dispose();

const writer = await open("summarizer");
const summarize = createSummarizer(writer);
const { text: summary } = await summarize("Ada Lovelace wrote programs in London.", { maxNewTokens: 8 });
console.log(typeof summary);
writer.model.dispose();

const classify = await pipeline("sentiment-analysis", modelFiles("tiny/classifier"));
const results = await classify(["The café is open.", "No."], { top: 1 });
console.log(results.length);
classify.dispose();
