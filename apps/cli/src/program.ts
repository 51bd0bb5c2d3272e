import { printable } from "@qkv/visualize";
import { Command } from "commander";
import { answerCommand } from "./commands/answer.ts";
import { chatCommand } from "./commands/chat.ts";
import { classifyCommand } from "./commands/classify.ts";
import { classifyTextCommand } from "./commands/classifyText.ts";
import { depthCommand } from "./commands/depth.ts";
import { detectCommand } from "./commands/detect.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { embedCommand } from "./commands/embed.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { exportCommand } from "./commands/export.ts";
import { fillCommand } from "./commands/fill.ts";
import { forwardCommand } from "./commands/forward.ts";
import { generateCommand } from "./commands/generate.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { modelsCommand } from "./commands/models.ts";
import { quantizeCommand } from "./commands/quantize.ts";
import { searchCommand } from "./commands/search.ts";
import { serveCommand } from "./commands/serve.ts";
import { summarizeCommand } from "./commands/summarize.ts";
import { tagCommand } from "./commands/tag.ts";
import { tokenizeCommand } from "./commands/tokenize.ts";
import { trainCommand } from "./commands/train.ts";
import { transcribeCommand } from "./commands/transcribe.ts";
import { translateCommand } from "./commands/translate.ts";
import { withHelpText } from "./helpText.ts";
import { version } from "../package.json";

/** The `qkv` program. Each command imports what it computes with only when it runs, so that `--help` is quick. */
export function createProgram(): Command {
  const program = new Command("qkv")
    .description(
      "Attention and transformers for TypeScript: translate, classify images, generate text, train, evaluate, look inside.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(printable(text, { lines: true })) })
    .showHelpAfterError("(see --help)");
  for (const command of [
    translateCommand(),
    classifyCommand(),
    generateCommand(),
    chatCommand(),
    summarizeCommand(),
    serveCommand(),
    detectCommand(),
    depthCommand(),
    embedCommand(),
    searchCommand(),
    classifyTextCommand(),
    tagCommand(),
    answerCommand(),
    fillCommand(),
    transcribeCommand(),
    trainCommand(),
    evaluateCommand(),
    tokenizeCommand(),
    forwardCommand(),
    quantizeCommand(),
    exportCommand(),
    inspectCommand(),
    modelsCommand(),
    doctorCommand(),
  ]) {
    program.addCommand(likeAbove(command, program));
  }
  return withHelpText(program);
}

/** Makes a command and those below it write errors, and throw where commander would end the process, as the program does. */
function likeAbove(command: Command, above: Command): Command {
  command.copyInheritedSettings(above).commands.forEach((below) => likeAbove(below, command));
  return command;
}
