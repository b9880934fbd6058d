import pytest
from actions_core import OAuthCredentials
from actions_core.testing import DestinationTester, TesterFactory

from acme_destination import destination
from acme_destination.settings import Settings


@pytest.fixture
def tester(destination_tester: TesterFactory) -> DestinationTester[Settings]:
    tokens = OAuthCredentials(access_token="old-token", refresh_token="refresh-token", client_id="c", client_secret="s")
    return destination_tester(destination, settings={"region": "us"}, oauth=tokens)
