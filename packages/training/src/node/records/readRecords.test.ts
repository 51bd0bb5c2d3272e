import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRecords } from "./readRecords.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-records-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function recordsOf(file: string) {
  const records = [];
  for await (const record of readRecords(file)) records.push(record);
  return records;
}

async function written(name: string, content: string | Uint8Array) {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return (await recordsOf(file)).map(({ fields, where }) => ({ fields, where: where.slice(folder.length + 1) }));
}

test.each([
  ["a.jsonl", '\ufeff{"text":"x","n":1}\r\n{"text":"y"}', [{ text: "x", n: 1 }, { text: "y" }]],
  [
    "a.tsv",
    'text\tlabel\na "b", c\t1\n\t\n',
    [
      { text: 'a "b", c', label: "1" },
      { text: "", label: "" },
    ],
  ],
  [
    "a.csv",
    'text,label\r\n"a, ""b""",1\r\n"two\nlines",\n,x',
    [
      { text: 'a, "b"', label: "1" },
      { text: "two\nlines", label: "" },
      { text: "", label: "x" },
    ],
  ],
  ["a.TXT", "one\n\n  \ntwo\n", [{ text: "one" }, { text: "two" }]],
])("%s", async (name, content, expected) => {
  expect((await written(name, content)).map(({ fields }) => fields)).toEqual(expected);
});

test("a record says where it is", async () => {
  const records = await written("b.csv", 'text\n"two\nlines"\nthree');
  expect(records.map(({ where }) => where)).toEqual(["b.csv: line 2", "b.csv: line 4"]);
});

test.each<[string, string | Uint8Array, string]>([
  ["c.tsv", "a\tb\n1\t2\n1\t2\t3\n", "c.tsv: line 3: expected 2 columns (a, b), got 3"],
  ["c.csv", "a,b\n1\n", "c.csv: line 2: expected 2 columns (a, b), got 1"],
  ["d.csv", 'a\n"1\n2\n', "d.csv: line 2: expected a closing quote, got the end of the file"],
  ["e.csv", 'a,b\n"1"2,3\n', 'e.csv: line 2: expected a comma after a closing quote, got "2"'],
  ["f.tsv", "a\ta\n", 'f.tsv: line 1: expected columns of different names, got "a" twice'],
  ["g.csv", "", "g.csv: expected a line that names the columns, got an empty file"],
  ["h.jsonl", '{"a":1}\n[2]\n', "h.jsonl: line 2: expected a JSON object, got an array"],
  ["i.jsonl", '{"a":1}\n\n', "i.jsonl: line 2: expected a JSON object, got an empty line"],
  ["j.txt", Buffer.from([0x61, 0x0a, 0xff, 0x0a]), "j.txt: line 2: expected UTF-8, got other bytes"],
  ["k.parquet", "no parquet, but long enough", "k.parquet: expected a Parquet file, got "],
  ["l.xlsx", "", "l.xlsx: expected a file that ends with .jsonl, .ndjson, .tsv, .csv, .parquet, .txt, got .xlsx"],
])("%s: %j is refused by its line", async (name, content, message) => {
  await expect(written(name, content)).rejects.toThrow(message);
});

const golden = (name: string) => fileURLToPath(new URL(`../../../test/golden/${name}.parquet`, import.meta.url));

test.each(["none", "snappy", "gzip", "brotli"])("reads what pyarrow wrote, compressed by %s", async (compression) => {
  const file = golden(compression);
  expect(await recordsOf(file)).toEqual([
    { fields: { text: "Ada wrote.", label: 1, tags: ["O", "B"] }, where: `${file}: row 1` },
    { fields: { text: null, label: 0, tags: [] }, where: `${file}: row 2` },
    { fields: { text: "café", label: 2, tags: ["I"] }, where: `${file}: row 3` },
  ]);
});

test("a number that is not exact, and a file that is not there, are named", async () => {
  await expect(recordsOf(golden("large"))).rejects.toThrow(
    "row 1: label: expected a whole number of up to 53 bits, got ",
  );
  for (const ending of ["parquet", "tsv"]) {
    await expect(recordsOf(path.join(folder, `nowhere.${ending}`))).rejects.toThrow(
      /nowhere\.\w+: expected a file, got /,
    );
  }
});
