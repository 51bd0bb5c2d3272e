import { expect, test } from "vitest";
import { rowOf } from "../harness/row.ts";
import { caseLineOf } from "./caseLine.ts";
import { reportOf } from "./reportOf.ts";

const about = { name: "encoder", backend: "webgpu", threads: 2, peer: "onnxruntime-web WebGPU" };

test("a case that was stopped has a row with the reason, and is listed under failures", () => {
  const { rows, failures } = reportOf([{ case: "vit", variant: "small", why: "stopped after 40 seconds" }]);
  expect(rows).toMatchObject([{ name: "vit", variant: "small", ours_ms: null, why: "stopped after 40 seconds" }]);
  expect(failures).toEqual([{ case: "vit", variant: "small", why: "stopped after 40 seconds" }]);
});

test("a peer that could not run says why in its row, and the case is no failure", () => {
  const row = rowOf(about, { ms: 3 }, { why: "no adapter" });
  const { rows, failures, profiles } = reportOf([
    { case: "encoder", rows: [row] },
    { case: "encoder", profile: ["1 ms"] },
  ]);
  expect(rows).toEqual([row]);
  expect(failures).toEqual([]);
  expect(profiles).toHaveLength(1);
});

test("ours that failed beside a peer is a failure with a row", () => {
  const row = rowOf(about, { why: "webgpu: exit code 13" }, { ms: 2 });
  expect(reportOf([{ case: "encoder", rows: [row] }])).toMatchObject({
    rows: [{ ours_ms: null, peer_ms: 2, why: "webgpu: exit code 13" }],
    failures: [{ case: "encoder", why: "webgpu: exit code 13" }],
  });
});

test("what a library prints is no line of a case", () => {
  expect(caseLineOf("{ not json")).toBeUndefined();
  expect(caseLineOf('{"case":"vit","why":"gone"}')).toEqual({ case: "vit", why: "gone" });
});
