/** How the list of cases is looked at; kept while a phone shows one case instead of the list. */
import type { Order } from "./cases";

class Listing {
  order = $state<Order>("grade");
  search = $state("");
  /** Only what the acting person must act on. Not remembered: whoever comes next sees all. */
  mine = $state(false);
  /** How far it is scrolled. */
  top = 0;
}

export const listing = new Listing();
