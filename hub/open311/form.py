"""Forms: the fields of a request, however a client encodes them. Pure."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import msgspec

from hub.open311.domain import Open311Error

MOST_FIELDS = 100  # ours


class Form(msgspec.Struct, frozen=True):
    """Fields by name, and the content of the files that came with them."""

    fields: dict[str, str]
    files: list[bytes]


def read_form(content_type: str, body: bytes) -> Form:
    """The fields of a form; JSON clients are not known, and refused.

    Raises:
        Open311Error: a 400, if it is no form.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _parts(content_type, body)
    if kind not in ("application/x-www-form-urlencoded", ""):
        raise Open311Error(400, "send a form: application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise Open311Error(400, f"the form can't be read: {error}") from None
    return Form(dict(pairs), [])


def _parts(content_type: str, body: bytes) -> Form:
    header = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(header + body)
    fields: dict[str, str] = {}
    files: list[bytes] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise Open311Error(400, "a part of the form has no name")
        if part.get_filename() is not None:
            files.append(content)
            continue
        try:
            fields[name] = content.decode()
        except UnicodeDecodeError:
            raise Open311Error(400, f"{name} is not UTF-8") from None
    if not fields or len(fields) + len(files) > MOST_FIELDS:
        raise Open311Error(400, "the form can't be read")
    return Form(fields, files)
