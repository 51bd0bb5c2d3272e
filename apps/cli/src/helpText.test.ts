import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "./program.ts";

/** A command and those below it, each under its whole name. */
function all(command: Command, above = ""): (readonly [name: string, command: Command])[] {
  const name = `${above} ${command.name()}`.trim();
  return [[name, command] as const, ...command.commands.flatMap((below) => all(below, name))];
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 }).outputHelp();
  return text;
}

describe.each(all(createProgram()))("%s --help", (name, command) => {
  const help = helpOf(command);

  test("shows an example of itself, whose options there are", () => {
    const [, examples = ""] = /\nExamples:\n([^]*?)\n\n/.exec(help) ?? [];
    const lines = examples.split("\n");
    expect(lines.some((line) => line.includes(name))).toBe(true);
    if (command.commands.length > 0) return;
    const flags = command.options.flatMap(({ short, long }) => [short, long]);
    for (const flag of examples.match(/(?<= )--[\w-]+/g) ?? []) expect(flags).toContain(flag);
    const needed = command.options.filter(({ mandatory }) => mandatory);
    for (const { long } of needed) for (const line of lines) expect(line).toContain(long);
  });

  test("tells the models, the environment and the exit codes, on lines that fit", () => {
    expect(help).toContain("\nShipped models: cifar10, en-fr, en-ko, fashion-mnist, fr-en, ko-en\n");
    for (const variable of ["QKV_CACHE", "QKV_DATA", "QKV_DEBUG", "HF_TOKEN", "HF_ENDPOINT"])
      expect(help).toContain(variable);
    expect(help).toContain("\nExit codes: 0 done, 1 it failed, 2 wrong usage, 130 stopped by Ctrl-C");
    expect(Math.max(...help.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(110);
  });
});

test.each([
  [["translat", "hi"], "unknown command 'translat'\n(Did you mean translate?)"],
  [["evaluate", "translaton"], "unknown command 'translaton'\n(Did you mean translation?)"],
  [["translate", "--beam", "3"], "unknown option '--beam'\n(Did you mean --beams?)"],
  [["train", "translation", "--confg", "x"], "unknown option '--confg'\n(Did you mean --config?)"],
])("%j is told with the nearest there is", async (args, message) => {
  const program = createProgram();
  let text = "";
  for (const [, command] of all(program)) command.configureOutput({ writeErr: (part) => (text += part) });
  await expect(program.parseAsync(args, { from: "user" })).rejects.toMatchObject({ exitCode: 1 });
  expect(text).toContain(message);
});
