import { access, constants, stat } from "node:fs/promises";
import path from "node:path";
import type { DataRecord } from "@qkv/finetuning";
import { describeArgument } from "@qkv/ops";
import { openSound } from "../speech/openSound.ts";
import { unreadable } from "../unreadable.ts";

/** A record, and the files of its sounds. */
interface SoundedRecord {
  /** With a function in the place of each path, that opens the sound when it is asked for. */
  readonly fields: DataRecord;
  readonly files: readonly string[];
}

/**
 * Looks for the sounds that a record names by their paths, beside the file that it is in.
 *
 * @throws Error naming the record, the field, and what is there in the place of a file
 */
export async function withSounds(
  fields: DataRecord,
  names: readonly string[],
  folder: string,
  where: string,
): Promise<SoundedRecord> {
  const opened = new Map<string, () => ReturnType<typeof openSound>>();
  const files: string[] = [];
  for (const name of names) {
    const given = fields[name];
    if (typeof given !== "string" || given === "") {
      throw new Error(`${where}: expected ${name} to be the path of a sound file, got ${describeArgument(given)}`);
    }
    const file = path.resolve(folder, given);
    await expectFile(file).catch((error: unknown) => {
      throw new Error(`${where}: expected ${name} to be a sound file, got ${unreadable(error)}: ${given}`);
    });
    files.push(file);
    opened.set(name, () => openSound(file));
  }
  return { fields: { ...fields, ...Object.fromEntries(opened) }, files };
}

async function expectFile(file: string): Promise<void> {
  await access(file, constants.R_OK);
  if ((await stat(file)).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
}
