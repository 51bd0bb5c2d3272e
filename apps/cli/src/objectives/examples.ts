import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import type { Encoder, Objective } from "@qkv/finetuning";
import { type FileRecord, readRecords } from "@qkv/training/node";
import { UsageError } from "../usageError.ts";
import type { ObjectiveRecipe } from "./objectiveRecipes.ts";
import { withSounds } from "./recordSounds.ts";

/** An objective whose types are its own business. */
export type SomeObjective = Objective<Readonly<Record<string, unknown>>, unknown, unknown>;

/** A checked record of a file, and where it is. */
export interface RawExample {
  readonly raw: unknown;
  readonly where: string;
}

/** A file's records, and what they were made of. */
export interface DataFile {
  readonly file: string;
  /** Of its bytes and those of the sounds that it names, in hexadecimal. */
  readonly sha256: string;
  readonly examples: readonly RawExample[];
}

/** Reads and checks all records of a file. @throws UsageError naming file, line and field */
export async function readExamples(
  file: string,
  objective: SomeObjective,
  settings: Readonly<Record<string, unknown>>,
  columns: ObjectiveRecipe["data"]["columns"] = {},
): Promise<DataFile> {
  const unknown = Object.keys(columns).find((field) => !objective.fields.includes(field));
  if (unknown !== undefined) {
    throw new UsageError(`data.columns: expected names for ${objective.fields.join(", ")}, got one for ${unknown}`);
  }
  const examples: RawExample[] = [];
  const sounds: string[] = [];
  try {
    for await (const record of readRecords(file)) {
      const opened = await withSounds(
        renamed(record, columns),
        objective.sounds ?? [],
        path.dirname(file),
        record.where,
      );
      const { fields } = opened;
      sounds.push(...opened.files);
      examples.push({ raw: at(record.where, () => objective.read(fields, settings)), where: record.where });
    }
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (examples.length === 0) throw new UsageError(`${file}: expected examples, got none`);
  return { file, sha256: await sha256([file, ...sounds]), examples };
}

/** Encodes records, an error naming the line of the one that cannot be. */
export async function encodeAll(
  examples: readonly RawExample[],
  encode: Encoder<unknown, unknown>,
): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const { raw, where } of examples) {
    try {
      all.push(...(await encode(raw)));
    } catch (error) {
      throw new UsageError(`${where}: ${(error as Error).message}`);
    }
  }
  return all;
}

function renamed({ fields, where }: FileRecord, columns: Readonly<Record<string, string>>): FileRecord["fields"] {
  const names = Object.entries(columns);
  const missing = names.find(([, column]) => !Object.hasOwn(fields, column));
  if (missing !== undefined) {
    const got = Object.keys(fields).join(", ") || "none";
    throw new Error(`${where}: expected a column ${missing[1]} for ${missing[0]}, got ${got}`);
  }
  return { ...fields, ...Object.fromEntries(names.map(([field, column]) => [field, fields[column]])) };
}

function at<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

async function sha256(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files)
    for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}
