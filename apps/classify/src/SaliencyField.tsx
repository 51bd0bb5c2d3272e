import { useEffect, useRef } from "preact/hooks";
import { useMessages } from "@qkv/app-shell";
import type { Region } from "@qkv/vit";
import { MESSAGES } from "./messages.ts";
import type { Heat } from "./worker/saliencyMaps.ts";

interface SaliencyFieldProps {
  readonly heat: Heat | undefined;
  /** The part of the picture that the patches cover. */
  readonly region: Region;
  readonly patch: number | undefined;
  readonly onPatch: (patch: number | undefined) => void;
}

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const percent = (share: number) => `${100 * share}%`;

/** The heat over a picture, and its patches to point at or to walk through with the arrow keys. */
export function SaliencyField({ heat, region, patch, onPatch }: SaliencyFieldProps) {
  const { saliency } = useMessages(MESSAGES);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current === null || heat === undefined) return;
    const { data, width, height } = heat.pixels;
    Object.assign(canvas.current, { width, height });
    canvas.current.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  }, [heat]);
  if (heat === undefined) return null;
  const { rows, columns } = heat;
  const [row, column] = [Math.floor((patch ?? 0) / columns), (patch ?? 0) % columns];
  const point = ({ currentTarget, clientX, clientY }: PointerEvent) => {
    const { left, top, width, height } = (currentTarget as HTMLElement).getBoundingClientRect();
    const at = (share: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    onPatch(at((clientY - top) / height, rows) * columns + at((clientX - left) / width, columns));
  };
  const walk = (event: KeyboardEvent) => {
    if (event.key === "Escape") onPatch(undefined);
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const within = (at: number, count: number) => Math.min(count - 1, Math.max(0, at));
    const [down, right] = patch === undefined ? [0, 0] : step;
    onPatch(within(row + down, rows) * columns + within(column + right, columns));
  };
  const place = { left: percent(region.left), top: percent(region.top) };
  return (
    <button
      type="button"
      class="saliency-field"
      aria-label={saliency.field}
      style={{ ...place, width: percent(region.width), height: percent(region.height) }}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={({ pointerType }) => pointerType === "mouse" && onPatch(undefined)}
      onBlur={() => onPatch(undefined)}
      onKeyDown={walk}
    >
      <canvas ref={canvas} />
      {patch !== undefined && (
        <span
          class="patch"
          style={{
            ...{ left: percent(column / columns), top: percent(row / rows) },
            ...{ width: percent(1 / columns), height: percent(1 / rows) },
          }}
        />
      )}
    </button>
  );
}
