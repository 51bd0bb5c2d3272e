import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import { type Scoring, scoresOf } from "@qkv/transformer";
import { checkCount, checkList, checkText } from "../../loading/argumentChecks.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import type { TextClassifier } from "../textClassification/textClassifier.ts";

/** Options of ranking. */
export interface RankOptions extends TextTaskOptions {
  /** The number of documents to return, the best first. Default all. */
  readonly top?: number;
}

const RANK: OptionNames<RankOptions> = { ...TEXT_TASK, top: true };

/** A document by how well it answers a query. */
export interface RankedDocument {
  /** Its index among the documents that were given. */
  readonly index: number;
  readonly score: number;
}

/** Orders documents by how well they answer a query, by a model that reads both together (a cross-encoder). */
export class Reranker {
  readonly classifier: TextClassifier;
  readonly scoring: Scoring;

  /** @throws RangeError if the classifier has several classes */
  constructor(classifier: TextClassifier, scoring: Scoring = "sigmoid") {
    checkRecord("Reranker", "classifier", classifier);
    const { labels } = classifier;
    if (labels.length !== 1) {
      throw new RangeError(
        `Reranker: expected a model of one number for a pair of texts, got one of ${labels.length} classes`,
      );
    }
    this.classifier = classifier;
    this.scoring = scoring;
  }

  /** Ranks the documents, the best first. The longer one of a query and a document that are too long together is cut. */
  async rank(query: string, documents: readonly string[], options: RankOptions = {}): Promise<RankedDocument[]> {
    checkOptions("rank", options, RANK);
    checkText("rank", query);
    checkList("rank", "documents", documents);
    for (const document of documents) checkText("rank", document);
    checkCount("rank", "top", options.top);
    const { top, ...others } = options;
    const pairs = documents.map((document) => ({ text: query, pair: document }));
    const logits = await this.classifier.logitsBatch(pairs, others);
    return logits
      .map((row, index) => ({ index, score: scoresOf(row, this.scoring)[0] ?? 0 }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .slice(0, top);
  }
}
