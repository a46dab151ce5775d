"""Sites: the territory's tree of grids, its people, places and devices."""
