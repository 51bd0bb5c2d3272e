import { useRef } from "preact/hooks";

/** A place in the plane, from -1 to 1 on either axis. */
export type Point = readonly [x: number, y: number];

interface PlaneProps {
  readonly label: string;
  readonly keys: readonly { readonly name: string; readonly point: Point; readonly weight: number }[];
  readonly query: Point;
  readonly queryLabel: string;
  readonly onMove: (point: Point) => void;
}

const [SIZE, HALF, REACH, STEP] = [320, 160, 132, 0.1];
const MOVES: Readonly<Record<string, Point>> = {
  ...{ ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] },
};

/** Keys as points, each as large as its weight, and a query to drag, or to move by arrows. */
export function Plane({ label, keys, query, queryLabel, onMove }: PlaneProps) {
  const svg = useRef<SVGSVGElement>(null);
  const drag = (event: PointerEvent) => {
    if (event.type === "pointerdown") svg.current?.setPointerCapture(event.pointerId);
    else if (svg.current?.hasPointerCapture(event.pointerId) !== true) return;
    const { left, top, width, height } = (svg.current as SVGSVGElement).getBoundingClientRect();
    const at = (share: number) => ((share * SIZE - HALF) / REACH) * 1;
    onMove(inside([at((event.clientX - left) / width), -at((event.clientY - top) / height)]));
  };
  const step = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    onMove(inside([query[0] + move[0], query[1] + move[1]]));
  };
  const place = ([x, y]: Point) => ({ cx: HALF + REACH * x, cy: HALF - REACH * y });
  const said = query.map((value) => value.toFixed(1)).join(", ");
  return (
    <svg
      ref={svg}
      class="plane"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="group"
      aria-label={label}
      onPointerDown={drag}
      onPointerMove={drag}
    >
      <line class="axis" x1={0} x2={SIZE} y1={HALF} y2={HALF} />
      <line class="axis" x1={HALF} x2={HALF} y1={0} y2={SIZE} />
      {keys.map(({ name, point, weight }) => {
        const { cx, cy } = place(point);
        return (
          <g key={name}>
            <line class="pull" x1={place(query).cx} y1={place(query).cy} x2={cx} y2={cy} stroke-width={8 * weight} />
            <circle class="key" cx={cx} cy={cy} r={5 + 14 * Math.sqrt(weight)} />
            <text x={cx} y={cy < 40 ? cy + 32 : cy - 22} text-anchor="middle">
              {name}
            </text>
          </g>
        );
      })}
      <circle
        class="query"
        {...place(query)}
        r={11}
        tabindex={0}
        role="slider"
        aria-label={queryLabel}
        aria-valuemin={-1}
        aria-valuemax={1}
        aria-valuenow={Number(query[0].toFixed(1))}
        aria-valuetext={said}
        onKeyDown={step}
      />
    </svg>
  );
}

function inside([x, y]: Point): Point {
  const clamp = (value: number) => Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100;
  return [clamp(x), clamp(y)];
}
