/** The registers: each is one tab of the view, in this order. */
import type { Component } from "svelte";
import Equipment from "./equipment/Equipment.svelte";
import Files from "./files/Files.svelte";
import Hydrants from "./hydrants/Hydrants.svelte";
import Units from "./units/Units.svelte";
import Watch from "./watch/Watch.svelte";

/** `name` stands in the address (`#/registers/NAME`) and names its title in `registers.tabs`. */
export type Tab = { name: string; page: Component };

export const TABS: readonly [Tab, ...Tab[]] = [
  { name: "hydrants", page: Hydrants },
  { name: "equipment", page: Equipment },
  { name: "units", page: Units },
  { name: "files", page: Files },
  { name: "watch", page: Watch },
];
