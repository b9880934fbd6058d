"""A catalog of two destinations, made up in the shape of Segment's, and the metadata of one of them."""

from __future__ import annotations

import json

from actions_core.metadata import write_metadata
from tests.conformance.contracts.pages import ACME

CATALOG = r"""# Made for tests.
items:
- id: 650000000000000000000001
  display_name: Other
  slug: other
  status: PUBLIC
  methods: {track: true, page: false}
  settings: []
  actions: []
- id: 650000000000000000000002
  display_name: 'Acme  (Actions) '
  name: Acme (Actions)
  slug: actions-acme
  hidden: false
  previous_names:
  - Acme
  status: PUBLIC_BETA
  logo:
    url: https://acme.example/logo.svg
  methods:
    track: false
    identify: true
    group: false
    alias: false
    screen: false
    page: true
  connection_modes:
    cloud: {web: true}
  settings:
  - name: apiKey
    type: password
    defaultValue: ''
    description: The key, in snake_case
    required: true
    label: API Key
  actions:
  - id: a1
    name: Save User
    slug: saveUser
    description: >-
      Create or
      update a user
    platform: CLOUD
    hidden: false
    defaultTrigger: |
      type
        =

        "identify"
    fields:
    - id: f2
      sortOrder: 1
      fieldKey: traits
      label: ' Traits'
      type: OBJECT
      description: What is known of them
      placeholder: ''
      defaultValue:
        '@path': $.traits
      required: false
      multiple: false
      choices: null
      dynamic: false
      allowNull: true
    - id: f1
      sortOrder: 0
      fieldKey: userId
      label: User ID
      type: STRING
      description: |
        A known user
        or a person | company
      placeholder: ''
      required: true
      multiple: false
      choices: null
      dynamic: false
      allowNull: false
  - id: a2
    name: Forget User
    slug: forgetUser
    description: Not for everybody yet
    platform: CLOUD
    hidden: true
    defaultTrigger: null
    fields: []
  presets:
  - actionId: a1
    name: Save Users
    fields:
      userId: fixed
      traits:
        '@path': $.traits
    trigger: type  = "identify" or type = "page"
  - actionId: a2
    name: Forget Users
    fields: {}
    trigger: type = "delete"
  partnerOwned: true
"""

METADATA = json.dumps(write_metadata(ACME), indent=2)


def catalog_with(old: str, new: str) -> str:
    """Give the catalog with a text replaced, which must be there once."""
    assert CATALOG.count(old) == 1, CATALOG.count(old)
    return CATALOG.replace(old, new)


def line_of(text: str, within: str = CATALOG) -> int:
    """Give the line that a text begins in, which must be there once."""
    assert within.count(text) == 1, within.count(text)
    return within[: within.index(text)].count("\n") + 1
