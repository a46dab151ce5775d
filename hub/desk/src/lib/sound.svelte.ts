/** A short tone for a new case. Off until the user turns it on: browsers ask for a gesture. */
import { rank } from "./cases";
import type { Grade } from "./types";

const PITCH_HZ = [523, 659, 784, 988]; // C5 E5 G5 B5, by grade
const BEEP_S = 0.16;
const GAP_S = 0.1;
const LOUDNESS = 0.2;

class Bell {
  #context: AudioContext | null = null;
  #on = $state(false);

  get on(): boolean {
    return this.#on;
  }

  toggle(): void {
    this.#on = !this.#on;
    if (!this.#on) return;
    this.#context ??= new AudioContext();
    void this.#context.resume();
    this.ring("general");
  }

  /** One beep for a general case, up to four for an emergency. */
  ring(grade: Grade): void {
    const context = this.#context;
    if (!this.#on || !context) return;
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
