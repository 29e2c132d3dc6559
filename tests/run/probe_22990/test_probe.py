
import pytest
@pytest.mark.postgres
def test_on_postgres_only(): pass
@pytest.mark.bothdbs
def test_on_both(): pass
def test_anywhere(): pass
@pytest.mark.browser
def test_in_a_browser(): pass
