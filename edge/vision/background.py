"""Background: what a still camera sees when nothing is there, learnt from its own pictures.

The model is a running mean per pixel that only background pixels feed, so that what stands in
the picture is never learnt away. The light's level is taken out first: pictures are compared in
the light of the model, and a cloud changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.frames import Mask, Picture, as_picture

DIFFERENCE = 18  # ours: grey levels beyond which a pixel is not the background's
WARM_UP_S = 2.0  # ours: everything is learnt at first
LEARN_S = 12.0  # ours: time constant of the running mean
UNRELIABLE_SHARE = 0.6  # ours: so much foreground is a covered, blinded or shaken camera
RELEARN_S = 30.0  # ours: a view changed for so long is the new view


@dataclass(frozen=True, slots=True)
class Foreground:
    """What differs from the background, and the picture itself in the model's light.

    `reliable` is false while the model is young or most of the picture differs.
    """

    mask: Mask
    picture: Picture
    reliable: bool


def difference(one: Picture, other: Picture) -> Mask:
    """Where two BGR pictures differ by more than `DIFFERENCE` in any channel."""
    gap = cv2.absdiff(one, other)
    largest = cv2.max(cv2.max(gap[:, :, 0], gap[:, :, 1]), gap[:, :, 2])
    return as_picture(cv2.threshold(largest, DIFFERENCE, 255, cv2.THRESH_BINARY)[1])


@dataclass(slots=True)
class Background:
    """The model of one camera; feed it pictures of one size in the order of their time.

    A background `remembered` from before a restart is used at once, so that what stood in the
    picture during the restart is not taken for background. It must be of the pictures' size.
    """

    remembered: Picture | None = None
    _model: NDArray[np.float32] | None = None
    _mask: Mask = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    _pictures: int = 0
    _started_s: float = 0.0
    _last_s: float = 0.0
    _reliable_s: float = 0.0

    def see(self, picture: Picture, time_s: float) -> Foreground:
        """Compare a BGR picture with the model, then learn from it."""
        smooth = as_picture(cv2.GaussianBlur(picture, (3, 3), 0))
        if self._model is None or self._model.shape != smooth.shape:
            self._start(smooth, time_s)
            self._recall(time_s)
        assert self._model is not None
        plain = as_picture(cv2.convertScaleAbs(self._model))
        even = as_picture(cv2.convertScaleAbs(smooth, alpha=1 / self._light(smooth, plain)))
        mask = difference(even, plain)
        step_s, self._last_s = time_s - self._last_s, time_s
        self._pictures += 1
        if time_s - self._started_s < WARM_UP_S:
            cv2.accumulateWeighted(even, self._model, 1 / self._pictures)
            self._reliable_s = time_s
            return Foreground(mask, even, reliable=False)
        if cv2.countNonZero(mask) > UNRELIABLE_SHARE * mask.size:
            if time_s - self._reliable_s > RELEARN_S:
                self._start(smooth, time_s)
            return Foreground(mask, even, reliable=False)
        self._reliable_s, self._mask = time_s, mask
        rate = 1 - float(np.exp(-max(0.0, min(step_s, 1.0)) / LEARN_S))
        cv2.accumulateWeighted(even, self._model, rate, cv2.bitwise_not(mask))
        return Foreground(mask, even, reliable=True)

    def learn(self, picture: Picture, part: tuple[slice, slice], where: Mask) -> None:
        """Take the picture for the background at once, where the mask of this part says so.

        The picture is in the model's light; what is learnt reaches a little past the mask.
        """
        if self._model is not None:
            grown = cv2.dilate(where, np.ones((5, 5), np.uint8)) > 0
            self._model[part][grown] = picture[part][grown]

    @property
    def settled(self) -> bool:
        """Whether it has been learnt, and the last picture was mostly background."""
        return (
            self._model is not None
            and self._reliable_s == self._last_s > self._started_s + WARM_UP_S
        )

    def picture(self, part: tuple[slice, slice] = (slice(None), slice(None))) -> Picture:
        """That part of the background as it would look. Needs one `see` before."""
        assert self._model is not None
        return as_picture(cv2.convertScaleAbs(self._model[part]))

    def _start(self, smooth: Picture, time_s: float) -> None:
        self._model = smooth.astype(np.float32)
        self._mask = np.zeros(smooth.shape[:2], np.uint8)
        self._pictures, self._started_s, self._last_s, self._reliable_s = 0, *(time_s,) * 3

    def _recall(self, time_s: float) -> None:
        remembered, self.remembered = self.remembered, None
        if remembered is None or self._model is None or remembered.shape != self._model.shape:
            return
        self._model = remembered.astype(np.float32)
        self._started_s = time_s - WARM_UP_S

    def _light(self, smooth: Picture, plain: Picture) -> float:
        """How much brighter the picture is than the model: median over last background pixels."""
        still = self._mask[::4, ::4] == 0
        now = smooth[::4, ::4, 1][still].astype(np.float32)
        then = plain[::4, ::4, 1][still].astype(np.float32)
        if now.size == 0:
            return 1.0
        return float(np.clip(np.median((now + 1) / (then + 1)), 0.2, 5.0))
