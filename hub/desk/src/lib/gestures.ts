/** Drag, wheel and pinch on an element, told as movements and zooms in its own pixels. */
import type { Point } from "./types";

const DRAG_PX = 4; // ours: below it a press is a click
const WHEEL_STEP = 0.0015;

export type Gestures = {
  move(by: Point): void;
  zoom(factor: number, at: Point): void;
};

const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(ax - bx, ay - by);

/** Attach to the element; a drag swallows the click that ends it. */
export function gestures(gestures: Gestures): (element: HTMLElement | SVGElement) => () => void {
  return (element) => {
    const fingers = new Map<number, Point>();
    let dragged = false;
    let start: Point = [0, 0];

    const local = (event: MouseEvent): Point => {
      const box = element.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };

    function down(event: PointerEvent): void {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, local(event));
      if (fingers.size === 1) {
        start = local(event);
        dragged = false;
      }
    }

    function move(event: PointerEvent): void {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = local(event);
      if (!dragged && fingers.size === 1 && distance(start, now) < DRAG_PX) return;
      if (!dragged) {
        dragged = true;
        for (const id of fingers.keys()) element.setPointerCapture(id);
      }
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const middle: Point = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
        gestures.zoom(distance(now, other) / Math.max(distance(before, other), 1), middle);
        gestures.move([(now[0] - before[0]) / 2, (now[1] - before[1]) / 2]);
      } else {
        gestures.move([now[0] - before[0], now[1] - before[1]]);
      }
      fingers.set(event.pointerId, now);
    }

    const up = (event: PointerEvent): void => void fingers.delete(event.pointerId);

    function click(event: Event): void {
      if (dragged) event.stopPropagation();
      dragged = false;
    }

    function wheel(event: WheelEvent): void {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      gestures.zoom(Math.exp(-event.deltaY * lines * WHEEL_STEP), local(event));
    }

    const listening = new AbortController();
    const options = { signal: listening.signal };
    const target: HTMLElement = element as HTMLElement;
    target.addEventListener("pointerdown", down, options);
    target.addEventListener("pointermove", move, options);
    target.addEventListener("pointerup", up, options);
    target.addEventListener("pointercancel", up, options);
    target.addEventListener("click", click, { ...options, capture: true });
    target.addEventListener("wheel", wheel, { ...options, passive: false });
    return () => listening.abort();
  };
}
