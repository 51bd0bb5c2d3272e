import { checkRecord, describeArgument } from "@qkv/ops";
import { maskedCrc32c } from "./crc32c.ts";

/** Numbers of one step, by tag: `loss`, `validation/bleu`. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/** The record that a TensorBoard file begins with. */
export function versionRecord(wallTime: number): Uint8Array<ArrayBuffer> {
  return record([...double(1, wallTime), ...bytesField(3, utf8("brain.Event:2"))]);
}

/**
 * The bytes of an event of scalars in a TensorBoard file: a TFRecord (length, its checksum, data, its checksum) with a
 * protocol buffer `tensorflow.Event`, whose summary has a `simple_value` for each tag.
 *
 * @throws RangeError if the step is no integer from 0
 */
export function scalarRecord(event: ScalarEvent): Uint8Array<ArrayBuffer> {
  checkRecord("scalarRecord", "event", event);
  const { wallTime, step, scalars } = event;
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`scalarRecord: expected step to be an integer from 0, got ${describeArgument(step)}`);
  }
  checkRecord("scalarRecord", "scalars", scalars);
  const values = Object.entries(scalars).flatMap(([tag, value]) =>
    bytesField(1, [...bytesField(1, utf8(tag)), ...float(2, value)]),
  );
  return record([...double(1, wallTime), ...(step === 0 ? [] : varintField(2, step)), ...bytesField(5, values)]);
}

function record(data: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(bytes.subarray(12, 12 + data.length)), true);
  return bytes;
}

// Fields of protocol buffers: a key of number and wire type, then the value.

function varintField(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function bytesField(field: number, bytes: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

function double(field: number, value: number): number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [...varint(field * 8 + 1), ...bytes];
}

function float(field: number, value: number): number[] {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [...varint(field * 8 + 5), ...bytes];
}

/** Seven bits a byte, the lowest first; of an integer that may have more than 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

function utf8(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}
