"""Discord's official OpenAPI description, against which requests and answers are checked.

The file is large and not ours to ship: it is looked for at ``../shared/data/discord-openapi.json`` beside the project,
or at the path in ``ATELIER_DISCORD_OPENAPI``. Source: https://github.com/discord/discord-api-spec (MIT).
"""

from __future__ import annotations

import json
import os
import re
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from jsonschema_rs import Draft202012, Draft202012Validator, Registry, ValidationError

PROJECT = Path(__file__).parents[2]
BESIDE_THE_PROJECT = PROJECT.parent / "shared" / "data" / "discord-openapi.json"
VARIABLE = "ATELIER_DISCORD_OPENAPI"
WHY_SKIPPED = f"Discord's OpenAPI description is not here; {VARIABLE} may name its path."

_STRICT, _LENIENT = "urn:strict", "urn:lenient"
_ERROR = 400
_SLOW_DOWN = 429

Json = dict[str, Any]


@dataclass(frozen=True)
class Violation:
    """What does not fit, and where in the body."""

    place: str
    message: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.place or 'the body'}: {self.message[:300]}"


@dataclass
class OfficialDescription:
    """The description. Paths are those below ``/api/v10``, with real ids in them."""

    document: Json
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict[str, Draft202012Validator])

    def __post_init__(self) -> None:
        lenient = deepcopy(self.document)
        # Clients send ids and permission bits as numbers or as text, and Discord takes both: indices of files are
        # numbers in all its own examples (https://discord.com/developers/docs/reference#uploading-files).
        lenient["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"], "pattern": "^[0-9]+$"}
        self._registry = Registry([(_STRICT, self.document), (_LENIENT, lenient)], draft=Draft202012)
        templates = sorted(self.document["paths"], key=lambda path: (path.count("{"), path))
        self._paths = [(re.compile(re.sub(r"\\\{[^/]+\\\}", r"[^/]+", re.escape(path))), path) for path in templates]

    @classmethod
    def load(cls) -> Self | None:
        """The description, or None where the file is not there."""
        path = Path(os.environ.get(VARIABLE) or BESIDE_THE_PROJECT)
        return cls(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None

    def check_request(self, method: str, path: str, body: object) -> list[Violation]:
        """What is wrong with a request's JSON; empty when it fits.

        A route that the description does not have, or that takes no body, is a violation too.
        """
        pointer, operation = self._operation(method, path)
        if operation is None:
            return [Violation("", f"{method} {path} is not in the description")]
        kinds = operation.get("requestBody", {}).get("content", {})
        if not kinds:
            return [] if body is None else [Violation("", f"{method} {path} takes no body")]
        # Forms describe each file beside the JSON of payload_json; the JSON is the same in both.
        return self._check(_LENIENT, f"{pointer}/requestBody/content/application~1json/schema", body)

    def check_response(self, method: str, path: str, status: int, body: object) -> list[Violation]:
        """What is wrong with an answer's JSON; empty when it fits."""
        pointer, operation = self._operation(method, path)
        if operation is None:
            return [Violation("", f"{method} {path} is not in the description")]
        if status == _SLOW_DOWN:
            return self.check_schema("RatelimitedResponse", body)
        if status >= _ERROR:
            return self.check_schema("ErrorResponse", body)
        answer = operation["responses"].get(str(status))
        if answer is None:
            return [Violation("", f"{method} {path} does not answer {status}")]
        if "content" not in answer:
            return [] if body is None else [Violation("", f"{status} has no body")]
        return self._check(_STRICT, f"{pointer}/responses/{status}/content/application~1json/schema", body)

    def check_schema(self, name: str, value: object) -> list[Violation]:
        """What is wrong with a value that should fit a component schema, such as ``MessageResponse``."""
        return self._check(_STRICT, f"/components/schemas/{name}", value)

    def _operation(self, method: str, path: str) -> tuple[str, Json | None]:
        for pattern, template in self._paths:
            if pattern.fullmatch(path):
                escaped = template.replace("~", "~0").replace("/", "~1")
                operation = self.document["paths"][template].get(method.lower())
                return f"/paths/{escaped}/{method.lower()}", operation
        return "", None

    def _check(self, document: str, pointer: str, value: object) -> list[Violation]:
        reference = f"{document}#{pointer.replace('{', '%7B').replace('}', '%7D')}"
        if reference not in self._validators:
            self._validators[reference] = Draft202012Validator({"$ref": reference}, registry=self._registry)
        causes = map(_cause, self._validators[reference].iter_errors(value))
        return [Violation(".".join(map(str, cause.instance_path)), cause.message) for cause in causes]


def _cause(error: ValidationError) -> ValidationError:
    """Of a union the branch that came closest: it tells most."""
    branches = [cause for branch in getattr(error.kind, "context", ()) for cause in map(_cause, branch)]
    return max(branches, key=lambda cause: len(cause.instance_path), default=error)
