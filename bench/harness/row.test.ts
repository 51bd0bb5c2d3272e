import { expect, test } from "vitest";
import { rowOf } from "./row.ts";
import { table } from "./table.ts";

const about = { name: "encoder", variant: undefined, backend: "wasm", threads: 2, peer: "onnxruntime-web" };

test("a row has the ratio of the peer's time to ours", () => {
  const row = rowOf(about, { ms: 100, tokens: 50 }, { ms: 212.3456, version: "1.30.0" });
  expect(JSON.parse(JSON.stringify(row))).toEqual({
    name: "encoder",
    backend: "wasm",
    threads: 2,
    ours_ms: 100,
    peer: "onnxruntime-web",
    peer_version: "1.30.0",
    peer_ms: 212.3,
    ratio: 2.12,
    tokens_per_s: 500,
  });
});

test("a peer that did not run leaves null and the reason", () => {
  const row = rowOf(about, { ms: 100 }, { why: "python3 has no torch" });
  expect(row).toMatchObject({ ours_ms: 100, peer_ms: null, ratio: null, why: "python3 has no torch" });
  expect(table([row])).toContain("python3 has no torch");
});

test("the table lines up and leaves out what no row has", () => {
  const text = table([
    rowOf(about, { ms: 1 }, { ms: 2 }),
    rowOf({ ...about, variant: "one that is long" }, { ms: 123456 }, { ms: 0.5 }),
  ]);
  const lines = text.trimEnd().split("\n");
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  expect(text).not.toContain("MB");
});
