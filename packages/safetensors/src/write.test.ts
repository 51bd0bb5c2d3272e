import { expect, test } from "vitest";
import { parseSafetensors } from "./parse.ts";
import { safeTensor } from "./safeTensor.ts";
import { writeSafetensors } from "./write.ts";

test("the same contents give the same bytes in any order", () => {
  const [a, b] = [safeTensor(Float32Array.of(1, 2), [2]), safeTensor(Uint8Array.of(3), [1])];
  expect(writeSafetensors({ a, b }, { x: "1", y: "2" })).toEqual(writeSafetensors({ b, a }, { y: "2", x: "1" }));
});

test("the widest dtype comes first, then names by code point", () => {
  const one = safeTensor(Float32Array.of(1), [1]);
  const file = writeSafetensors({
    "10": one,
    "9": one,
    "\u{1d6fc}": one,
    "\uffee": one,
    wide: safeTensor(BigInt64Array.of(1n), [1]),
  });
  expect([...parseSafetensors(file).tensors.keys()]).toEqual(["wide", "10", "9", "\uffee", "\u{1d6fc}"]);
});

test("says what cannot be written", () => {
  const bytes = new Uint8Array(4);
  expect(() => writeSafetensors({ w: { dtype: "F32", shape: [2], bytes } })).toThrow(
    "w: expected 8 bytes for F32 [2], got 4",
  );
  expect(() => writeSafetensors({ w: { dtype: "F32", shape: [-1, -1], bytes } })).toThrow(
    "w: expected a shape of whole numbers, got [-1,-1]",
  );
  expect(() => writeSafetensors({ __metadata__: { dtype: "F32", shape: [], bytes } })).toThrow(
    "__metadata__: expected the name of a tensor, got a reserved one",
  );
  expect(() => writeSafetensors({ "\ud800": { dtype: "F32", shape: [], bytes } })).toThrow("expected well-formed text");
});

test("safeTensor takes the array's own dtype, or one it can be stored as", () => {
  expect(safeTensor(Int32Array.of(1, -1), [2], "I64").bytes).toEqual(new Uint8Array(BigInt64Array.of(1n, -1n).buffer));
  expect(safeTensor(Float32Array.of(1), [], "F16")).toEqual({ dtype: "F16", shape: [], bytes: Uint8Array.of(0, 0x3c) });
  expect(safeTensor(Uint8Array.of(1, 0), [2], "BOOL").dtype).toBe("BOOL");
  expect(() => safeTensor(Float32Array.of(1), [2])).toThrow("safeTensor: expected 2 elements for shape [2], got 1");
  expect(() => safeTensor(Float32Array.of(1), [1], "I32")).toThrow(
    "safeTensor: expected data that I32 can hold, got F32",
  );
});
