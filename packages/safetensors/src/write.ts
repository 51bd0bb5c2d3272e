import { DTYPE_BYTES, type Dtype, isDtype } from "./dtype.ts";
import type { SafeTensor } from "./safeTensor.ts";
import { SafetensorsError } from "./safetensorsError.ts";
import { shown } from "./shown.ts";

/**
 * Writes tensors to the bytes of a file, the same for the same contents in any order.
 *
 * As the reference implementation does it: the widest dtype first, then by name; a header padded with spaces to a
 * multiple of 8 bytes, so that every tensor is aligned.
 *
 * @throws SafetensorsError if a name or the metadata cannot be stored
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor> | Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  if (typeof tensors !== "object" || tensors === null) {
    throw new SafetensorsError(`writeSafetensors: expected tensors by name, got ${shown(tensors)}`);
  }
  const sorted = [...(tensors instanceof Map ? tensors : Object.entries(tensors))] as [string, SafeTensor][];
  for (const [name, tensor] of sorted) check(name, tensor);
  for (const text of Object.entries(metadata).flat()) checkText(text);
  sorted.sort(([a, { dtype: x }], [b, { dtype: y }]) => rank(y) - rank(x) || compareUtf8(a, b));

  const header = encodeHeader(sorted, metadata);
  const total = sorted.reduce((sum, [, { bytes }]) => sum + bytes.length, 8 + header.length);
  const file = new Uint8Array(total);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let offset = 8 + header.length;
  for (const [, { bytes }] of sorted) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}

const ORDER = Object.keys(DTYPE_BYTES);
const rank = (dtype: Dtype): number => ORDER.indexOf(dtype);

function encodeHeader(sorted: readonly [string, SafeTensor][], metadata: Readonly<Record<string, string>>): Uint8Array {
  // Written by hand, since an object would move numeric names to the front.
  const rows: string[] = [];
  const keys = Object.keys(metadata).sort(compareUtf8);
  if (keys.length > 0)
    rows.push(
      `"__metadata__":{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`).join(",")}}`,
    );
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of sorted) {
    const entry = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    rows.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(`{${rows.join(",")}}`);
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}

function check(name: string, { dtype, shape, bytes }: SafeTensor): void {
  if (name === "__metadata__")
    throw new SafetensorsError("__metadata__: expected the name of a tensor, got a reserved one");
  if (!isDtype(dtype))
    throw new SafetensorsError(`${name}: expected a dtype of ${ORDER.join(", ")}, got ${String(dtype)}`);
  checkText(name);
  if (!shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw new SafetensorsError(`${name}: expected a shape of whole numbers, got ${shown(shape)}`);
  }
  const expected = shape.reduce((product, dim) => product * dim, DTYPE_BYTES[dtype]);
  if (bytes.length !== expected) {
    throw new SafetensorsError(
      `${name}: expected ${expected} bytes for ${dtype} [${shape.join(",")}], got ${bytes.length}`,
    );
  }
}

function checkText(text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new SafetensorsError(`${shown(text)}: expected well-formed text, got a lone surrogate`);
}

/** The order of the names' UTF-8 bytes, which is that of their code points. */
function compareUtf8(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const order = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}
