import pytest
from actions_core.testing import DestinationTester, TesterFactory

from acme_destination import destination
from acme_destination.settings import Settings


@pytest.fixture
def tester(destination_tester: TesterFactory) -> DestinationTester[Settings]:
    return destination_tester(destination, settings={"apiKey": "key-for-tests"})
