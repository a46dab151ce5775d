"""Views of the photos: the models of the API, and what other capabilities need of them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field, StringConstraints

from hub.photos.store import NoSuchPhotoError
from hub.problems import FieldError, ProblemError, invalid

PHOTOS = "/api/photos"
PhotoHash: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class PhotoView(BaseModel):
    """A photo that was taken in."""

    hash: str = Field(description="SHA-256 of the picture, hexadecimal; refer to it by this")
    path: str = Field(description="Where it is served")


def photo_path(photo: str) -> str:
    """Where the API serves a photo."""
    return f"{PHOTOS}/{photo}"


def no_such_photo(error: NoSuchPhotoError) -> ProblemError:
    """The problem of a request with a photo that is not kept."""
    return invalid([FieldError(field="body.photos", message=str(error))])
