"""The web portal: the plan's supply-demand platform on the engine's three verbs.

One Django app for each of the seven nouns (parties, offers, needs, matches, deals, evidence, programmes), and
what they stand on: ``core`` (event log, documents, revisions, the reader of a request), ``kinds`` (schemas and
state tables as data files), ``catalogue`` (robots and parts as facts), ``jobs`` (long work) and ``search``.

In every app: ``access.py`` fetches and authorises, ``checks.py`` validates, ``actions.py`` changes state in one
transaction with its event, ``notices.py`` runs after commit. Views and API operations only call these.
"""
