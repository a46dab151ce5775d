/** A short tone for a new case. Browsers play none before the page was clicked or typed in once. */
import { rank } from "./cases";
import { recall, remember } from "./memory";
import type { Grade } from "./types";

const PITCH_HZ = [523, 659, 784, 988]; // C5 E5 G5 B5, by grade
const BEEP_S = 0.16;
const GAP_S = 0.1;
const LOUDNESS = 0.2;
const KEY = "sound";
const GESTURES = ["pointerdown", "keydown"] as const;

class Bell {
  #context: AudioContext | null = null;
  #on = $state(recall(KEY) === "on");
  #able = $state(false);
  #until = 0;
  #pitch = -1;

  constructor() {
    const wake = (): void => {
      if (this.#on) this.#wake();
    };
    for (const gesture of GESTURES) addEventListener(gesture, wake, { capture: true });
  }

  get on(): boolean {
    return this.#on;
  }

  /** Whether it is wished for, but the browser still asks for a click. */
  get waits(): boolean {
    return this.#on && !this.#able;
  }

  toggle(): void {
    this.#on = !this.#on;
    remember(KEY, this.#on ? "on" : null);
    if (!this.#on) return;
    this.#wake();
    this.ring("general");
  }

  #wake(): void {
    if (!this.#context) {
      const context = new AudioContext();
      context.onstatechange = () => (this.#able = context.state === "running");
      this.#context = context;
    }
    if (this.#context.state !== "running") void this.#context.resume();
  }

  /** One beep for a general case, up to four for an emergency. */
  ring(grade: Grade): void {
    const context = this.#context;
    if (!this.#on || !context) return;
    if (context.state !== "running") void context.resume(); // as after a laptop's sleep
    // Many at once sound as one, the most severe; together they would only drown each other.
    if (context.currentTime < this.#until && rank(grade) <= this.#pitch) return;
    this.#pitch = rank(grade);
    this.#until = context.currentTime + (rank(grade) + 1) * (BEEP_S + GAP_S);
    for (let beep = 0; beep <= rank(grade); beep++) {
      const start = context.currentTime + beep * (BEEP_S + GAP_S);
      const tone = new OscillatorNode(context, { frequency: PITCH_HZ[rank(grade)] ?? 523 });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.01);
      volume.gain.linearRampToValueAtTime(0, start + BEEP_S);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + BEEP_S);
    }
  }
}

export const bell = new Bell();
