from __future__ import annotations

import pytest

from actions_core import MappingLimitError
from actions_core.rules.limits import check_mapping_count


def test_an_instance_may_have_fifty_mappings() -> None:
    check_mapping_count(50)


def test_one_mapping_more_is_refused() -> None:
    with pytest.raises(MappingLimitError, match="at most 50 mappings, got 51"):
        check_mapping_count(51)
