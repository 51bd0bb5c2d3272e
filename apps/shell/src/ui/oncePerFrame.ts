/** Does something once a frame, however often it is asked for. */
export function oncePerFrame(doing: () => void): { ask(): void; cancel(): void } {
  let frame = 0;
  const run = () => {
    frame = 0;
    doing();
  };
  return {
    ask: () => void (frame ||= requestAnimationFrame(run)),
    cancel: () => {
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
