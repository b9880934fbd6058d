"""Wrong destinations, to find out whether the suite notices: a mutant makes one mistake in a target."""
