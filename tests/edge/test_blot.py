from __future__ import annotations

import pytest

from edge.blot import blot


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("noon,王小明,0451", "#,#,#"),
        ('"Wang, Min";C-7_a', '"#, #";#-#'),
        ("é\u0301 \udcff", "#\u0301 \udcff"),
        ("", ""),
    ],
)
def test_only_the_form_of_a_text_is_left(text: str, form: str) -> None:
    assert blot(text) == form
