/** The command line or a file it names asks for something that cannot be done: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
