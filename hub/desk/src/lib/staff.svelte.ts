/** The staff: vacancies, the plan's rules against what there is, letters, direct command. */
import { readDirectCommand, readLetters, readStaff, readVacancies } from "./api";
import type { DirectCommand, ResponsibilityLetters, StaffReport, Vacancy } from "./types";

class Staff {
  report = $state.raw<StaffReport | null>(null);
  vacancies = $state.raw<Vacancy[]>([]);
  letters = $state.raw<ResponsibilityLetters | null>(null);
  direct = $state.raw<DirectCommand | null>(null);
  failure = $state<string | null>(null);

  async refresh(): Promise<void> {
    try {
      [this.report, this.vacancies, this.letters, this.direct] = await Promise.all([
        readStaff(),
        readVacancies(),
        readLetters(),
        readDirectCommand(),
      ]);
      this.failure = null;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}

export const staff = new Staff();
