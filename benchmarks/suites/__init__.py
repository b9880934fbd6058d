"""What is measured: each suite gives its rows, one after the other."""
