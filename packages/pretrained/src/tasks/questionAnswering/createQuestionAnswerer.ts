import type { Pretrained } from "../../loading/pretrained.ts";
import { textTaskOf } from "../text/textModel.ts";
import { QuestionAnswerer, type SpanLogits } from "./questionAnswerer.ts";

/**
 * Makes a finder of answers of an opened model, which stays the caller's.
 *
 * @throws PretrainedError if the model does not find answers, or has no tokenizer
 */
export function createQuestionAnswerer(pretrained: Pretrained): QuestionAnswerer {
  return new QuestionAnswerer(
    textTaskOf<SpanLogits>("createQuestionAnswerer", pretrained, "questionAnswering", "finds answers in texts"),
  );
}
