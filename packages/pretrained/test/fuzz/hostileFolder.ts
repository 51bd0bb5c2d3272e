import { parseSafetensors, type SafeTensor, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { Random } from "./random.ts";

/** A folder's files by name. */
export type Files = Map<string, Uint8Array>;

/** A folder with some of its files changed. */
export interface HostileFolder {
  readonly kind: string;
  readonly files: Files;
}

const WEIGHTS = "model.safetensors";
const JSON_FILES = ["config.json", "generation_config.json", "preprocessor_config.json"];

type Json = Record<string, unknown>;
type Change = (files: Files, random: Random) => void;

const KINDS: Readonly<Record<string, Change>> = {
  field: changeField,
  fields: (files, random) => [1, 2, 3].forEach(() => changeField(files, random)),
  size: changeSize,
  json: changeText,
  header: changeHeader,
  bytes: changeBytes,
  numbers: changeNumbers,
  names: changeNames,
  shards: changeShards,
};

/** What the folders of `bases` become by a seed. */
export function hostileFolder(seed: number, bases: readonly Files[]): HostileFolder {
  const random = new Random(seed);
  const files = new Map(random.pick(bases));
  const kind = random.pick(Object.keys(KINDS));
  KINDS[kind]?.(files, random);
  return { kind, files };
}

const NUMBERS = [
  0,
  -1,
  1,
  2,
  3,
  7,
  0.5,
  -0.5,
  1e-9,
  64,
  1000,
  65535,
  1e6,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e15,
  1e308,
  -1e308,
];
const OTHERS = [
  null,
  true,
  false,
  "",
  "x",
  "true",
  "NaN",
  [],
  {},
  [0],
  [1e9],
  [[]],
  [null],
  [1, 2, 3],
  { a: 1 },
  "\u0000",
];
const PYTHON = ["NaN", "Infinity", "-Infinity"];

function changeField(files: Files, random: Random): void {
  const file = random.pick([JSON_FILES[0] ?? "", ...JSON_FILES.filter((name) => files.has(name))]);
  const json = readJson(files, file);
  const [holder, name] = fieldOf(json, random);
  const value = holder[name];
  const ways = [
    () => void delete holder[name],
    () => void (holder[name] = random.pick(NUMBERS)),
    () => void (holder[name] = random.pick(NUMBERS)),
    () => void (holder[name] = random.pick(OTHERS)),
    () =>
      void (holder[name] =
        typeof value === "number" ? random.pick([value + 1, value - 1, value * 2, -value]) : [value]),
    () => void (holder[name] = JSON.parse(`${"[".repeat(2000)}${"]".repeat(2000)}`)),
    () => void (holder[name] = readJson(files, file)[random.pick(Object.keys(json))]),
    () =>
      void (holder[random.pick(["num_labels", "head_dim", "rope_scaling", "id2label", "problem_type", "size"])] =
        random.pick([...NUMBERS, ...OTHERS])),
  ];
  random.pick(ways)();
  let text = JSON.stringify(json);
  if (random.below(20) === 0) text = text.replace(/:\d+/, `:${random.pick(PYTHON)}`);
  files.set(file, encode(text));
}

/** A field anywhere in an object. */
function fieldOf(json: Json, random: Random): [Json, string] {
  const name = random.pick(Object.keys(json).concat("x"));
  const value = json[name];
  const isInside = typeof value === "object" && value !== null && random.below(2) === 0;
  return isInside ? fieldOf(value as Json, random) : [json, name];
}

/** A size of the config and of every array that has it: weights that fit. */
function changeSize(files: Files, random: Random): void {
  const json = readJson(files, "config.json");
  const sizes = sizesOf(json);
  if (sizes.length === 0) return;
  const [holder, name] = random.pick(sizes);
  const before = holder[name] as number;
  const after = random.pick([0, 0, 1, 2, before - 1, before + 1, 2 * before]);
  holder[name] = after;
  if (random.below(3) === 0) for (const [each, other] of sizes) if (each[other] === before) each[other] = after;
  files.set("config.json", encode(JSON.stringify(json)));
  const tensors = new Map<string, SafeTensor>();
  for (const [key, tensor] of read(files)) {
    const shape = tensor.shape.map((size) => (size === before ? after : size === 4 * before ? 4 * after : size));
    const count = shape.reduce((product, size) => product * size, 1);
    if (count > 1e6) return;
    const data = toFloat32(tensor);
    tensors.set(
      key,
      safeTensor(
        Float32Array.from({ length: count }, (_, i) => data[i % (data.length || 1)] ?? 0),
        shape,
      ),
    );
  }
  files.set(WEIGHTS, writeSafetensors(tensors));
}

/** The fields that hold a size, in an object and in those inside it (a config of two towers has them there alone). */
function sizesOf(json: Json): [Json, string][] {
  return Object.entries(json).flatMap(([name, value]): [Json, string][] => {
    if (typeof value === "object" && value !== null) return sizesOf(value as Json);
    return typeof value === "number" && Number.isInteger(value) && value > 1 ? [[json, name]] : [];
  });
}

function changeText(files: Files, random: Random): void {
  const file = random.pick(JSON_FILES);
  const bytes = Uint8Array.from(files.get(file) ?? encode("{}"));
  const ways = [
    () => bytes.subarray(0, random.below(bytes.length)),
    () => encode(random.pick(["", "null", "[]", "0", '"x"', "{}", "\ufeff{}", "[".repeat(1e5), '{"a":'.repeat(1e5)])),
    () => (bytes.set([random.below(256)], random.below(bytes.length)), bytes),
    () => Uint8Array.from([...bytes, ...bytes]),
  ];
  files.set(file, random.pick(ways)());
}

/** The header's text, with the length in front of it as it then is. */
function changeHeader(files: Files, random: Random): void {
  const bytes = files.get(WEIGHTS) as Uint8Array;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  let header = new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd();
  for (let times = 1 + random.below(3); times > 0; times--) {
    const numbers = [...header.matchAll(/\d+/g)];
    if (numbers.length === 0) break; // it was cut short
    const at = random.pick(numbers);
    const value = random.pick([...NUMBERS, Number(at[0]) + 1, Number(at[0]) - 1, Number(at[0]) + 8]);
    const changed = header.slice(0, at.index) + String(value) + header.slice(at.index + at[0].length);
    const dtype = random.pick(["F64", "I64", "BOOL", "U8", "F16", "BF16", "I8", "F8_E4M3", "x"]);
    header = random.pick([
      changed,
      changed,
      header.replace("F32", dtype),
      header.slice(0, random.below(header.length)),
      `${header}${" ".repeat(random.below(9))}`,
    ]);
  }
  const text = encode(header);
  const file = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  const said =
    random.below(5) === 0
      ? random.pick(NUMBERS.filter((n) => n >= 0 && Number.isInteger(n) && n < 2 ** 60))
      : text.length;
  new DataView(file.buffer).setBigUint64(0, BigInt(said), true);
  file.set(text, 8);
  file.set(bytes.subarray(8 + length), 8 + text.length);
  files.set(WEIGHTS, file);
}

function changeBytes(files: Files, random: Random): void {
  const bytes = Uint8Array.from(files.get(WEIGHTS) as Uint8Array);
  const ways = [
    () => bytes.subarray(0, random.below(bytes.length)),
    () => Uint8Array.from([...bytes, 0]),
    () => new Uint8Array(random.below(40)),
  ];
  for (let times = random.below(20); times > 0; times--) bytes[random.below(bytes.length)] = random.below(256);
  files.set(WEIGHTS, random.below(3) === 0 ? random.pick(ways)() : bytes);
}

/** Numbers of one array: those that nothing can be computed with, or huge ones. */
function changeNumbers(files: Files, random: Random): void {
  const tensors = read(files);
  const name = random.pick([...tensors.keys()]);
  const tensor = tensors.get(name) as SafeTensor;
  const value = random.pick([NaN, Infinity, -Infinity, 1e38, -1e38, 0, 1e-45]);
  const data = Float32Array.from(toFloat32(tensor));
  if (random.below(2) === 0) data.fill(value);
  else data[random.below(data.length)] = value;
  tensors.set(name, safeTensor(data, tensor.shape, random.pick(["F32", "F16", "BF16"] as const)));
  files.set(WEIGHTS, writeSafetensors(tensors));
}

function changeNames(files: Files, random: Random): void {
  const tensors = read(files);
  const [from, to] = [random.pick([...tensors.keys()]), random.pick([...tensors.keys()])];
  const tensor = tensors.get(from) as SafeTensor;
  const names = [
    to,
    `${from}.weight`,
    `x.${from}`,
    from.replace(/^\w+\./, ""),
    from.replace(/\d+/, "999999999"),
    "",
    "__proto__",
    "constructor",
    "lm_head.weight",
  ];
  if (random.below(2) === 0) tensors.delete(from);
  if (random.below(4) > 0) tensors.set(random.pick(names), tensor);
  files.set(WEIGHTS, writeSafetensors(tensors));
}

function changeShards(files: Files, random: Random): void {
  const names = [...read(files).keys()];
  const map: Json = Object.fromEntries(names.map((name) => [name, "a.safetensors"]));
  map[random.pick([...names, "x", "__proto__"])] = random.pick([
    ...OTHERS,
    "../a.safetensors",
    "b.safetensors",
    "a.safetensors",
    "/etc/passwd",
    "c:a.safetensors",
    3,
  ]);
  files.set("a.safetensors", files.get(WEIGHTS) as Uint8Array);
  files.delete(WEIGHTS);
  files.set(
    `${WEIGHTS}.index.json`,
    encode(
      JSON.stringify(random.pick([{ weight_map: map }, { weight_map: random.pick(OTHERS) }, random.pick(OTHERS)])),
    ),
  );
}

function read(files: Files): Map<string, SafeTensor> {
  return new Map(parseSafetensors(files.get(WEIGHTS) as Uint8Array).tensors);
}

function readJson(files: Files, file: string): Json {
  const text = new TextDecoder().decode(files.get(file) ?? encode("{}"));
  return JSON.parse(text.replace(/:-?(NaN|Infinity)/g, ":0")) as Json;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
