import pytest

# What is asserted in there shows its values, as it does in the tests themselves.
pytest.register_assert_rewrite("tests.support")
