import { Command } from "commander";
import { withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { atLeastOne } from "../numberOption.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { readLines } from "../textLines.ts";
import { runTextTask, type TextTaskChoice } from "../textTasks/runTextTask.ts";

interface AnswerCommandOptions extends TextTaskChoice {
  readonly in: string;
  readonly top: number;
  readonly allowNone?: boolean;
}

/** `qkv answer`: answers that stand in a text. */
export function answerCommand(): Command {
  return withBackendOptions(
    new Command("answer")
      .description("Find the answer to each question, or to each line of standard input, in a text file.")
      .argument("[question...]", "what to ask")
      .requiredOption("--model <ref>", MODEL_REF)
      .requiredOption("--in <file>", "the text in which the answers stand")
      .option("--top <n>", "how many answers to tell", atLeastOne, 1)
      .option("--allow-none", "an empty answer if the text has none, of a model that was trained so")
      .option("--json", "a JSON object a line: question, answers"),
  ).action((questions: string[], options: AnswerCommandOptions) =>
    untilInterrupted((signal) => runAnswer(questions, options, signal)),
  );
}

async function runAnswer(questions: string[], options: AnswerCommandOptions, signal: AbortSignal): Promise<void> {
  const { createQuestionAnswerer } = await import("@qkv/pretrained");
  const context = (await readLines(options.in)).join("\n");
  const { top, allowNone = false } = options;
  await runTextTask(questions, options, signal, {
    create: createQuestionAnswerer,
    run: async (answerer, lines) => {
      const answers = [];
      for (const line of lines) answers.push(await answerer.answer(line, context, { signal, top, allowNone }));
      return answers;
    },
    write: (question, answers) => {
      if (options.json) return writeJson({ question, answers });
      return writeText(`${answers.map(({ answer, score }) => `${score.toFixed(4)} ${oneLine(answer)}`).join("\t")}\n`);
    },
  });
}
