import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { reportError } from "./reportError.ts";

// A reader that closes early (`qkv ... | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") reportError(new Error(`standard output: ${error.message}`, { cause: error }));
  process.exit(error.code === "EPIPE" ? 0 : 1);
});
process.stderr.on("error", () => undefined); // nobody is left to tell

try {
  await createProgram().parseAsync();
} catch (error) {
  // commander has already written its own message
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : reportError(error);
}
