"""The OpenAPI document: what django-ninja derives, and what holds for every operation."""

from functools import cached_property
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from classifier.api.auth import Bearer
from classifier.api.problems import MEDIA_TYPE
from classifier.api.schemas import ProblemOut

PROBLEMS = {
    400: "The request cannot be read.",
    401: "No good token came with the request.",
    403: "The token lacks the scope.",
    404: "There is no such thing, or it is not yours.",
    409: "Not in this state, or a request with this key is under way.",
    413: "The photo is too large.",
    415: "The wrong media type, or no photo that we can read.",
    422: "Something in the request is missing or wrong.",
    429: "Too many requests, or a quota is spent; Retry-After says when to go on.",
    500: "Our fault.",
    503: "The photo store does not answer; nothing was kept.",
}
WITH_BODY = {400, 409, 413, 415, 422, 503}


class Api(NinjaAPI):
    """Adds problem documents and scopes, which are the same everywhere, to the document."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        return self._schema

    @cached_property
    def _schema(self) -> OpenAPISchema:
        schema = super().get_openapi_schema()
        schema["components"]["schemas"]["ProblemOut"] = ProblemOut.json_schema()
        scopes = self._scopes()
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                if scope := scopes.get(operation["operationId"]):
                    operation["security"] = [{Bearer.__name__: [scope]}]
                    description = operation.get("description", "")
                    operation["description"] = (
                        f"{description}\n\nNeeds the scope `{scope}`.".strip()
                    )
                for parameter in operation["parameters"]:
                    parameter["schema"] = _never_null(parameter["schema"])
                self._add_problems(path, method, operation)
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def _scopes(self) -> dict[str, str]:
        """The scope that an operation needs, by the operation's id."""
        return {
            self.get_openapi_operation_id(operation): str(each.scope)
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
            for each in operation.auth_callbacks
            if isinstance(each, Bearer)
        }

    def _add_problems(self, path: str, method: str, operation: dict[str, Any]) -> None:
        possible = {500}
        if "security" in operation:
            possible |= {401, 403, 429}
        if operation["parameters"]:
            possible.add(422)
        if "{" in path:
            possible.add(404)
        if method == "delete":
            possible.add(503)
        if "requestBody" in operation:
            possible |= WITH_BODY
        for status in sorted(possible):
            operation["responses"].setdefault(
                status,
                {
                    "description": PROBLEMS[status],
                    "content": {
                        MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
                    },
                },
            )


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out, which is not the same as null."""
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) != 1:
        return schema
    only: dict[str, Any] = choices[0]
    return {key: value for key, value in schema.items() if key != "anyOf"} | only
