"""Field contracts: input fields compiled into a function from mapped values to a payload.

    compile_contract(fields) -> Contract        once, when an action is loaded
    Contract.validate(values) -> payload        for every event

Inside, each module has one subject:

    compiler     fields → the contract
    shape        what happens to the values of one object, and to one value
    coercion     JSON types: which value is right, and what becomes of one that is not
    conditions   `required` that depends on other values
    rules        choices, limits and formats of one value
    formats      texts that must be a date, a URI, an e-mail address, …
    dates        what counts as a date for a field of type datetime
    patterns     what counts as a regular expression
    messages     the reference's sentences, and where a value is
"""

from actions_core.contract.compiler import Contract, compile_contract
from actions_core.contract.messages import Note
from actions_core.contract.shape import Mode

__all__ = ["Contract", "Mode", "Note", "compile_contract"]
