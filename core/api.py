"""Fields and a parser that take what the schema says and nothing else."""

import io
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """JSON in UTF-8 whose top is an object; anything else, however odd, is a parse error."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            document = super().parse(io.BytesIO(stream.read()), media_type, {"encoding": "utf-8"})
        except (RecursionError, UnicodeError) as error:
            raise ParseError(str(error)) from None
        if not isinstance(document, dict):
            raise ParseError("The body must be a JSON object.")
        return document


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer: no string, no 0.5, no true."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictCharField(serializers.CharField):
    """A JSON string: no number that looks like one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """A JSON true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
