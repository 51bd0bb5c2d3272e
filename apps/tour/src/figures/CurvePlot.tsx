const [WIDTH, HEIGHT, LEFT, BOTTOM] = [600, 280, 44, 28];

/** A line, or points. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly isDots?: boolean;
  /** The size of each point, from 0 to 1; without it all are equal. */
  readonly sizes?: ArrayLike<number> | undefined;
}

interface CurvePlotProps {
  /** What is seen, in a sentence. */
  readonly label: string;
  readonly curves: readonly Curve[];
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
  /** A place to point out. */
  readonly at?: number | undefined;
}

/** Curves over two axes. */
export function CurvePlot({ label, curves, x, y, at }: CurvePlotProps) {
  const xAt = (value: number) => LEFT + ((value - x[0]) / (x[1] - x[0])) * (WIDTH - LEFT - 8);
  const yAt = (value: number) => HEIGHT - BOTTOM - ((value - y[0]) / (y[1] - y[0])) * (HEIGHT - BOTTOM - 8);
  return (
    <div>
      <svg class="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <rect class="frame" x={LEFT} y={8} width={WIDTH - LEFT - 8} height={HEIGHT - BOTTOM - 8} />
        <text x={LEFT - 6} y={HEIGHT - BOTTOM} text-anchor="end">{`${y[0]}`}</text>
        <text x={LEFT - 6} y={22} text-anchor="end">{`${y[1]}`}</text>
        <text x={LEFT} y={HEIGHT - 8}>{`${x[0]}`}</text>
        <text x={WIDTH - 8} y={HEIGHT - 8} text-anchor="end">{`${x[1]}`}</text>
        {at !== undefined && <line class="at" x1={xAt(at)} x2={xAt(at)} y1={8} y2={HEIGHT - BOTTOM} />}
        {curves.map(({ name, points, isDots, sizes }, i) =>
          isDots ? (
            points.map(([px, py], j) => (
              <circle
                key={`${name}${j}`}
                class={`curve-${i}`}
                cx={xAt(px)}
                cy={yAt(py)}
                r={sizes === undefined ? 4 : 2 + 12 * Math.sqrt(sizes[j] ?? 0)}
              />
            ))
          ) : (
            <polyline
              key={name}
              class={`curve-${i}`}
              points={points.map(([px, py]) => `${xAt(px).toFixed(1)},${yAt(py).toFixed(1)}`).join(" ")}
            />
          ),
        )}
      </svg>
      <ul class="legend small">
        {curves.map(({ name }, i) => (
          <li key={name}>
            <span class={`swatch curve-${i}`} /> {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
