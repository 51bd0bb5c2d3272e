import { type Answered, type AnswerEncoder, encodeInstruction, instructions } from "@qkv/finetuning";
import { UsageError } from "../usageError.ts";

/**
 * Encodes lines of JSON: messages of a chat, the last of which is the answer; a prompt and its completion, a chat of two where the model
 * has a template; or a text.
 *
 * @param name the file, for messages
 * @throws UsageError naming the line that is none of these
 */
export async function encodeExamples(
  lines: readonly string[],
  encoder: AnswerEncoder,
  name: string,
): Promise<Answered[]> {
  const examples: Answered[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const where = `${name}: line ${i + 1}`;
    try {
      examples.push(await encodeInstruction(instructions.read(parseLine(line), {}), encoder));
    } catch (error) {
      throw new UsageError(`${where}: ${(error as Error).message}`);
    }
  }
  return examples;
}

type Line = Readonly<Record<string, unknown>>;

function parseLine(line: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RangeError(`expected a JSON object, got ${line.slice(0, 40)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Line;
  throw new RangeError(`expected a JSON object, got ${line.slice(0, 40)}`);
}
