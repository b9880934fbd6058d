"""Wrong versions of this project's destinations, and the tests that the suite notices each of them."""
