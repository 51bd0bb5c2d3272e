import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { scalarRecord, versionRecord } from "@qkv/training";
import { tensorBoardLog } from "@qkv/training/node";
import { expect, test } from "vitest";

const EVENTS = [
  { wallTime: 1700000000.25, step: 0, scalars: { loss: 0 } },
  { wallTime: 1700000001.5, step: 127, scalars: { loss: 1.5, learningRate: 1e-4 } },
  { wallTime: 1700000002, step: 128, scalars: { "validation/BLEU é": -2.25 } },
  { wallTime: 1700000003, step: 5_000_000_000, scalars: { ["x".repeat(200)]: Infinity } },
];

test("events have the bytes that TensorBoard's own writer gives them", () => {
  const expected = readFileSync(new URL("golden/events.tfevents", import.meta.url));
  const bytes = Buffer.concat([versionRecord(1700000000), ...EVENTS.map(scalarRecord)]);
  expect(bytes.toString("hex")).toBe(expected.toString("hex"));
});

test("a log has a record of its version, of each step and of each validation", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "qkv-tensorboard-"));
  const [first, second] = [tensorBoardLog(folder), tensorBoardLog(folder)];
  expect(second.file).not.toBe(first.file);
  const at = { step: 3, epoch: 0 };
  first.write({ type: "step", ...at, loss: 0.5, learningRate: 0.1, gradNorm: 2, tokens: 9, tokensPerSecond: 4 });
  first.write({ type: "checkpoint", step: 3 });
  first.write({ type: "validation", ...at, metrics: { bleu: 12 }, best: true });
  first.close();
  second.close();
  const bytes = await readFile(first.file);
  const records: string[] = [];
  for (let at = 0; at < bytes.length; at += 16 + Number(bytes.readBigUInt64LE(at))) {
    records.push(bytes.toString("latin1", at + 12, at + 12 + Number(bytes.readBigUInt64LE(at))));
  }
  expect(records.length).toBe(3);
  expect(records[0]).toContain("brain.Event:2");
  expect(records[1]).toMatch(/train\/loss.*train\/learningRate.*train\/gradNorm.*train\/tokensPerSecond/s);
  expect(records[2]).toContain("validation/bleu");
  await rm(folder, { recursive: true });
});

test("a step that is none is refused", () => {
  const event = { wallTime: 0, step: 1.5, scalars: {} };
  expect(() => scalarRecord(event)).toThrow("scalarRecord: expected step to be an integer from 0, got number 1.5");
});
