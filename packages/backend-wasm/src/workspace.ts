import { type Block, type Heap, LINE } from "./heap.ts";
import { Program } from "./program.ts";

/** The memory between the steps of a program, taken piece by piece. What does not fit into the block is counted. */
export class Workspace {
  readonly #block: Block;
  #taken = 0;
  #most = 0;
  #isReused = false;

  constructor(block: Block) {
    this.#block = block;
  }

  /** The most bytes that were taken at once. */
  get bytes(): number {
    return this.#most;
  }

  /** Whether that is more than the block has: the program must not run. */
  get isFull(): boolean {
    return this.#most > this.#block.bytes;
  }

  /** The address of `bytes`, in whole lines of a cache. */
  take(bytes: number): number {
    const at = this.#taken;
    this.#taken += Math.ceil(bytes / LINE) * LINE;
    this.#most = Math.max(this.#most, this.#taken);
    return this.#block.address + at;
  }

  /** Takes bytes that `write` fills now, before the program runs. No step may write there, so it is never reused. */
  constant(bytes: number, write: (address: number) => void): number {
    if (this.#isReused) throw new Error("Workspace: expected constants before memory that is reused");
    const address = this.take(bytes);
    if (!this.isFull) write(address);
    return address;
  }

  /** Runs `body`; the memory that it takes is free again for steps that follow. */
  reuse(body: () => void): void {
    const before = this.#taken;
    this.#isReused = true;
    body();
    this.#taken = before;
  }
}

/**
 * Builds a program and runs it: in the heap's own workspace where that is large enough, as for a decoder's step; else it is
 * built again, in memory as large as was counted.
 */
export function runProgram(heap: Heap, scratch: number, build: (program: Program, space: Workspace) => void): void {
  const [small, shared] = [new Program(heap), new Workspace(heap.workspace())];
  build(small, shared);
  if (!shared.isFull) return small.run(scratch);
  const { bytes } = shared;
  const block = heap.output([(bytes + LINE) / 4]);
  try {
    const program = new Program(heap);
    const own = new Workspace({ address: Math.ceil(heap.at(block) / LINE) * LINE, bytes });
    build(program, own);
    if (own.isFull) throw new RangeError(`Workspace: expected to take at most ${bytes} bytes, got ${own.bytes}`);
    program.run(scratch);
  } finally {
    heap.backend.disposeData(block.dataId);
  }
}
