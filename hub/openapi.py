"""OpenAPI: the description from which the page's types are made, with problems as they are sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hub import problems
from hub.examples import example_of
from hub.live.views import Beat, DeviceNow

_STREAMED: tuple[type[BaseModel], ...] = (Beat, DeviceNow)  # sent as events, so in no response
_REPLACED = ("HTTPValidationError", "ValidationError")  # the framework's own form of a problem
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def describe(app: FastAPI) -> dict[str, Any]:
    """The app's OpenAPI document, made once and kept."""
    if app.openapi_schema is None:
        app.openapi_schema = _document(app)
    return app.openapi_schema


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    models = [(model, "serialization") for model in (problems.ProblemDetails, *_STREAMED)]
    _, defined = models_json_schema(models, ref_template="#/components/schemas/{model}")  # pyright: ignore[reportArgumentType]
    schemas.update(defined["$defs"])
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
                _refuse_with_problems(operation["responses"])
                _show_by_example(operation, schemas)
    return document


def _show_by_example(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None and "example" not in body:
        body["example"] = example_of(body["schema"], schemas)


def _refuse_with_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        own = "$ref" in str(response.get("content")) and "HTTPValidationError" not in str(response)
        if status >= "400" and not own:
            response["content"] = _problem()
    responses["default"] = {"description": "Any other problem", "content": _problem()}


def _problem() -> dict[str, Any]:
    return {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
