from acme import Settings

from actions_core import Destination

destination = Destination(name="Acme (Actions)", settings=Settings, actions={})  # mistake
