/** A kind of sound file. */
export type SoundFormat = "WAV" | "FLAC" | "MP3" | "Ogg Opus" | "Ogg Vorbis";

/** Other kinds of files, by what they begin with, for messages. */
const OTHERS: readonly (readonly [at: number, mark: string, name: string])[] = [
  [4, "ftyp", "an MP4 (AAC)"],
  [0, "\u001aEß£", "a WebM or Matroska"],
  [0, "FORM", "an AIFF"],
  [0, "caff", "a CAF"],
  [0, "OggS", "an Ogg of another codec"],
  [0, "#!AMR", "an AMR"],
  [0, "0&²u", "a WMA"],
];

/** Tells a sound file's kind from its first bytes; undefined for others. */
export function soundFormat(bytes: Uint8Array): SoundFormat | undefined {
  const start = afterId3(bytes);
  if (holds(bytes, 0, "RIFF") && holds(bytes, 8, "WAVE")) return "WAV";
  if (holds(bytes, start, "fLaC")) return "FLAC";
  if (holds(bytes, 0, "OggS")) {
    const packet = 27 + (bytes[26] ?? 0);
    if (holds(bytes, packet, "OpusHead")) return "Ogg Opus";
    return holds(bytes, packet, "\u0001vorbis") ? "Ogg Vorbis" : undefined;
  }
  const [first = 0, second = 0] = bytes.subarray(start, start + 2);
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) === 0x02 ? "MP3" : undefined;
}

/** What a file is that is none of these, for messages. */
export function otherFormat(bytes: Uint8Array): string {
  const known = OTHERS.find(([at, mark]) => holds(bytes, at, mark));
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  return known?.[2] ?? `${bytes.length} bytes that begin ${JSON.stringify(start)}`;
}

/** Where a file begins behind the ID3 tag that some have. */
export function afterId3(bytes: Uint8Array): number {
  if (!holds(bytes, 0, "ID3")) return 0;
  const size = bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  return 10 + size + ((bytes[5] ?? 0) & 0x10 ? 10 : 0);
}

/** Whether bytes say a text at a place. */
export function holds(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
}
