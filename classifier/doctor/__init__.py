"""What may be wrong with an installation, and how to mend it: `fasi doctor`.

One module for one check; `checks` names them all, `examination` runs them. A check looks and
changes nothing, but for the probe objects that it stores and deletes again.
"""
