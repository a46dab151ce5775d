/** What a browser calls itself, in words that its owner knows it by. Pure. */

// The first that fits: almost every browser also names those it descends from.
const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/MicroMessenger\//, "WeChat"],
  [/(OPR|Opera)\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/(Firefox|FxiOS)\//, "Firefox"],
  [/(Chrome|CriOS|Chromium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/HarmonyOS/, "HarmonyOS"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux|X11/, "Linux"],
];

const first = (text: string, among: readonly [RegExp, string][]): string =>
  among.find(([pattern]) => pattern.test(text))?.[1] ?? "";

/** `Firefox · Windows`; of a program, what it calls itself first. */
export function browserOf(agent: string): string {
  const browser = first(agent, BROWSERS) || (agent.split(/[\s/]/)[0] ?? "");
  return [browser, first(agent, SYSTEMS)].filter(Boolean).join(" · ");
}
