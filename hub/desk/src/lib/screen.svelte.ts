/** Whether the window is a phone's; the same limit as in the style sheets. */

const phone = matchMedia("(max-width: 700px)");

class Screen {
  #narrow = $state(phone.matches);

  constructor() {
    phone.addEventListener("change", () => (this.#narrow = phone.matches));
  }

  get narrow(): boolean {
    return this.#narrow;
  }
}

export const screen = new Screen();
