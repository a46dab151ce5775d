"""Case files: one case as one file, on paper or as an archive that proves itself."""
