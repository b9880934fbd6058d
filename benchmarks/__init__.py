"""What everything costs, measured side by side with Segment's own runtime: `python -m benchmarks`."""
