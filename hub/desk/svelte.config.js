/** Runes everywhere; types are stripped by Svelte itself. */
export default { compilerOptions: { runes: true } };
