"""The API describes itself without a warning, and the description is a page anybody can open."""

import re

import pytest
from django.core.management import call_command
from django.test import Client


def test_the_schema_is_made_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn")

    assert "openapi: 3.1" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_documentation_is_served_from_here(client: Client) -> None:
    page = client.get("/api/docs/")

    assert page.status_code == 200
    assert b"https://" not in page.content.replace(b"https://www.w3.org", b""), "nothing is fetched from elsewhere"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/nothing", "/api/v1/stores/nowhere/products", "/notify/nobody"])
def test_where_nothing_is_the_answer_is_a_problem_document(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-found"


@pytest.mark.django_db
def test_the_documentation_needs_no_script_in_the_page(client: Client) -> None:
    """The site's content security policy forbids scripts in pages: one there would leave the documentation blank."""
    page = client.get("/api/docs/").content.decode()

    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
