from acme import destination

from actions_core.testing import DestinationTester

tester = DestinationTester(destination, settings={"apiKey": "key-for-tests"})
assert tester.action("order").requests[0].method == "POST"
assert tester.action("order").requests.json == {}  # mistake
