"""The numbers of the rules that `make bench NAME=detect` gives to everybody."""

REPORT_S = 60
LIMITS = {  # rule: limit, for how long, clear limit, for how long
    "low": (0.14, 180, 0.15, 180),
    "critical": (0.10, 180, 0.11, 180),
}
STUCK_S = 21_600
WINDOW_S = 480
FALL = 0.02  # per minute
TREND = {"sample_s": 1800, "k": 0.5, "h": 5, "weight": 0.05, "least": 0.005, "learn": 4}
