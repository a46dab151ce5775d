/** Colours of the style sheet for those who draw on a canvas. */

let probe: HTMLElement | null = null;

/** The colour of a token (`--plot-line`) as it is now, in the theme that is on. */
export function colour(token: string): string {
  if (!probe) {
    probe = document.createElement("i");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.setProperty("color", `var(${token})`);
  return getComputedStyle(probe).color;
}

/** `colour`, let through by `share` (0 to 1). */
export const wash = (token: string, share: number): string =>
  colour(token).replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Call `redraw` when the system's theme changes, until the returned function is called. */
export function onSystemTheme(redraw: () => void): () => void {
  dark.addEventListener("change", redraw);
  return () => dark.removeEventListener("change", redraw);
}
