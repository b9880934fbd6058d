"""A second opinion: naive implementations of Segment's rules that share no code with the runtime.

They are written for the few values that checks try, and say so where they do not know. What a check expects to be
refused must be refused here as well, or it proves nothing.
"""
