/** Motion only for those who want it. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** A duration in milliseconds, or none. */
export const calm = (duration: number): number => (still.matches ? 0 : duration);
