import type { OpenFile } from "../files/modelFiles.ts";

/** Opens a file in pieces, to read parts of it. Of a blob, which may be on disk, only the requested bytes are read. */
export function openPieces(pieces: readonly (Uint8Array | Blob)[]): OpenFile {
  return {
    size: pieces.reduce((sum, piece) => sum + sizeOf(piece), 0),
    async read(start, end, into = new Uint8Array(end - start)) {
      let at = 0; // of the piece
      for (const piece of pieces) {
        if (at >= end) break;
        const [from, to] = [Math.max(start - at, 0), Math.min(end - at, sizeOf(piece))];
        if (from < to) into.set(await bytesOf(piece, from, to), at + from - start);
        at += sizeOf(piece);
      }
      return into;
    },
    close: () => Promise.resolve(),
  };
}

function sizeOf(piece: Uint8Array | Blob): number {
  return piece instanceof Uint8Array ? piece.length : piece.size;
}

async function bytesOf(piece: Uint8Array | Blob, start: number, end: number): Promise<Uint8Array> {
  return piece instanceof Uint8Array
    ? piece.subarray(start, end)
    : new Uint8Array(await piece.slice(start, end).arrayBuffer());
}
