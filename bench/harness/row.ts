/** One line of a report: this project beside one peer. */
export interface Row {
  /** The case. */
  readonly name: string;
  /** Which of the case's works it was, where there are several. */
  readonly variant?: string | undefined;
  /** Ours: wasm (relaxed SIMD), wasm-plain, webgpu; or none, where no tensors are involved. */
  readonly backend: string;
  readonly threads: number;
  /** Medians of the rounds. */
  readonly ours_ms: number | null;
  readonly peer: string;
  readonly peer_version?: string | undefined;
  readonly peer_ms: number | null;
  /** How many times faster than the peer: peer_ms / ours_ms. */
  readonly ratio: number | null;
  /** Why there is no ratio. */
  readonly why?: string | undefined;
  /** Peak of the resident memory of the process, or what else the case says. */
  readonly ours_mb?: number | undefined;
  readonly peer_mb?: number | undefined;
  readonly tokens_per_s?: number | undefined;
  readonly peer_tokens_per_s?: number | undefined;
}

/** What was measured of one engine. */
export interface Measured {
  readonly version?: string | undefined;
  readonly ms?: number | undefined;
  readonly megabytes?: number | undefined;
  readonly tokens?: number | undefined;
  /** Why nothing was measured. */
  readonly why?: string | undefined;
}

/** The row of two engines, its numbers rounded to what a measurement can tell. */
export function rowOf(
  about: Pick<Row, "name" | "variant" | "backend" | "threads" | "peer">,
  ours: Measured,
  peer: Measured,
): Row {
  const why = ours.why ?? peer.why;
  return {
    ...about,
    ours_ms: digits(ours.ms) ?? null,
    peer_version: peer.version,
    peer_ms: digits(peer.ms) ?? null,
    ratio: digits(ours.ms === undefined || peer.ms === undefined ? undefined : peer.ms / ours.ms, 3) ?? null,
    why,
    ours_mb: digits(ours.megabytes),
    peer_mb: digits(peer.megabytes),
    tokens_per_s: digits(perSecond(ours)),
    peer_tokens_per_s: digits(perSecond(peer)),
  };
}

function perSecond({ tokens, ms }: Measured): number | undefined {
  return tokens === undefined || ms === undefined ? undefined : (1000 * tokens) / ms;
}

/** `value` with that many significant digits. */
function digits(value: number | undefined, count = 4): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : Number(value.toPrecision(count));
}
