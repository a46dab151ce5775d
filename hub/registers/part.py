"""Part: what of the site somebody may see, for the registers to count no more than that. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from hub.sites.coverage import Thing, paths_among
from hub.sites.domain import SiteDocument


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The site, what of it is seen, and whether what lies in some grids is, by their codes."""

    whole: SiteDocument
    seen: SiteDocument
    sees: Callable[[Sequence[str]], bool]

    def holds(self, things: Iterable[Thing]) -> list[str]:
        """The ids of those among some things that lie in it."""
        paths = paths_among(self.whole.grids, list(things))
        return [id_ for id_, path in paths.items() if self.sees(path)]
