/** In which order lists stand. Pure. */

/** By state in the order given, then by id as people count: `H-9` before `H-10`. */
export const byState =
  <S>(states: readonly S[]) =>
  (a: { state: S; id: string }, b: { state: S; id: string }): number =>
    states.indexOf(a.state) - states.indexOf(b.state) ||
    a.id.localeCompare(b.id, "en", { numeric: true });
