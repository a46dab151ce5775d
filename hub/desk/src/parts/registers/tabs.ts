/** The registers: each is one tab of the view, in this order. */
import type { Component } from "svelte";
import Equipment from "./equipment/Equipment.svelte";
import Letters from "./letters/Letters.svelte";
import Files from "./files/Files.svelte";
import Hydrants from "./hydrants/Hydrants.svelte";
import Units from "./units/Units.svelte";
import Watch from "./watch/Watch.svelte";
import type { Right } from "../../lib/types";

/** `right` is what it takes to read it. `name` stands in the address (`#/registers/NAME`) and names its title in `registers.tabs`. */
export type Tab = { name: string; page: Component; right: Right };

export const TABS: readonly [Tab, ...Tab[]] = [
  { name: "hydrants", page: Hydrants, right: "registers.read" },
  { name: "equipment", page: Equipment, right: "registers.read" },
  { name: "units", page: Units, right: "registers.read" },
  { name: "files", page: Files, right: "registers.read" },
  { name: "watch", page: Watch, right: "registers.read" },
  { name: "letters", page: Letters, right: "cases.read" },
];
