import { Command } from "commander";
import { classifyCommand } from "./commands/classify.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { forwardCommand } from "./commands/forward.ts";
import { generateCommand } from "./commands/generate.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { tokenizeCommand } from "./commands/tokenize.ts";
import { trainCommand } from "./commands/train.ts";
import { translateCommand } from "./commands/translate.ts";
import { version } from "../package.json";

/** The `qkv` program. Each command imports what it computes with only when it runs, so that `--help` is quick. */
export function createProgram(): Command {
  const program = new Command("qkv")
    .description(
      "Attention and transformers for TypeScript: translate, classify images, generate text, train, evaluate, look inside.",
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError("(see --help)");
  for (const command of [
    translateCommand(),
    classifyCommand(),
    generateCommand(),
    trainCommand(),
    evaluateCommand(),
    tokenizeCommand(),
    forwardCommand(),
    inspectCommand(),
  ]) {
    program.addCommand(throwing(command));
  }
  return program;
}

/** Makes a command and those below it throw where commander would end the process, so that main sets the exit code. */
function throwing(command: Command): Command {
  command.commands.forEach(throwing);
  return command.exitOverride();
}
